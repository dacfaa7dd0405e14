-- +goose Up
-- Whether the deed is an operator's: who is then the name that the configuration gives, and channel is empty.
ALTER TABLE audit ADD COLUMN operator BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE audit DROP COLUMN operator;
