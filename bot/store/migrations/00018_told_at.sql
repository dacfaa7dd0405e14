-- +goose Up
-- When a delivery's first notice was accepted, when its living message last came to show something new, and how often it
-- was edited: what the evidence of an incident tells.
ALTER TABLE deliveries ADD COLUMN first_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN last_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN edits BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE deliveries DROP COLUMN edits;
ALTER TABLE deliveries DROP COLUMN last_at;
ALTER TABLE deliveries DROP COLUMN first_at;
