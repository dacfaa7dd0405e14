-- +goose Up
-- When a destination is not to be rung, in JSON; {} for never.
ALTER TABLE destinations ADD COLUMN silence TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE destinations DROP COLUMN silence;
