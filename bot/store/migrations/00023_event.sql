-- +goose Up
-- The outages that began at the same time on common ground have one event; beside is what an incident's message says of
-- the others, in JSON.
ALTER TABLE incidents ADD COLUMN event TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN beside TEXT NOT NULL DEFAULT 'null';
CREATE INDEX incidents_by_event ON incidents (event) WHERE event <> '';
-- The planned end of a maintenance that is announced; 0 for an incident. An announcement goes through the ledger as an
-- incident does, and is none: a platform has one open incident at most, and one announcement of each maintenance.
ALTER TABLE incidents ADD COLUMN until BIGINT NOT NULL DEFAULT 0;
DROP INDEX one_open_incident;
CREATE UNIQUE INDEX one_open_incident ON incidents (platform) WHERE resolved_at = 0 AND until = 0;
CREATE UNIQUE INDEX one_announcement ON incidents (platform, since) WHERE resolved_at = 0 AND until > 0;
-- Whether a check of which nothing can be said any more was failing when it was last known.
ALTER TABLE tracks ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE tracks DROP COLUMN failed;
DELETE FROM deliveries WHERE incident IN (SELECT id FROM incidents WHERE until > 0);
DELETE FROM revisions WHERE incident IN (SELECT id FROM incidents WHERE until > 0);
DELETE FROM incidents WHERE until > 0;
DROP INDEX one_announcement;
DROP INDEX one_open_incident;
CREATE UNIQUE INDEX one_open_incident ON incidents (platform) WHERE resolved_at = 0;
ALTER TABLE incidents DROP COLUMN until;
DROP INDEX incidents_by_event;
ALTER TABLE incidents DROP COLUMN beside;
ALTER TABLE incidents DROP COLUMN event;
