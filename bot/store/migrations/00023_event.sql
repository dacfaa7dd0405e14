-- +goose Up
-- The outages that began at the same time on common ground have one event; beside is what an incident's message says of
-- the others, in JSON.
ALTER TABLE incidents ADD COLUMN event TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN beside TEXT NOT NULL DEFAULT 'null';
CREATE INDEX incidents_by_event ON incidents (event) WHERE event <> '';

-- +goose Down
DROP INDEX incidents_by_event;
ALTER TABLE incidents DROP COLUMN beside;
ALTER TABLE incidents DROP COLUMN event;
