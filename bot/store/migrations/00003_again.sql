-- +goose Up
-- How often an incident began anew after it was told to be over.
ALTER TABLE incidents ADD COLUMN again BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE incidents DROP COLUMN again;
