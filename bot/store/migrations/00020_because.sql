-- +goose Up
-- Why each revision of an incident was decided: a JSON object, see because.go; empty where it is not known.
ALTER TABLE revisions ADD COLUMN because TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE revisions DROP COLUMN because;
