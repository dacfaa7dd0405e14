-- +goose Up
-- When a destination that sleeps is tried once more; 0 while it is awake.
ALTER TABLE destinations ADD COLUMN asleep_until BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE destinations DROP COLUMN asleep_until;
