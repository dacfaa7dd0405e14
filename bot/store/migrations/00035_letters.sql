-- +goose Up
-- What a message says that is about the state of no platform, in JSON; '' for an incident. A letter goes through the
-- ledger as an announcement does: its platform is what it is about, and until is never 0.
ALTER TABLE incidents ADD COLUMN letter TEXT NOT NULL DEFAULT '';

-- What operators are told of once: while it lasts it is not told again. over_at is 0 while it does, incident the letter that
-- tells of it (0: nobody could be told).
CREATE TABLE troubles (
    subject  TEXT   NOT NULL,
    step     BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    since    BIGINT NOT NULL,
    over_at  BIGINT NOT NULL DEFAULT 0,
    incident BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (subject, step)
);
CREATE INDEX troubles_by_incident ON troubles (incident) WHERE incident > 0;

-- +goose Down
DROP TABLE troubles;
DELETE FROM deliveries WHERE incident IN (SELECT id FROM incidents WHERE letter <> '');
DELETE FROM revisions WHERE incident IN (SELECT id FROM incidents WHERE letter <> '');
DELETE FROM incidents WHERE letter <> '';
ALTER TABLE incidents DROP COLUMN letter;
