-- +goose Up
-- What people say about an incident: a claim with its author, a rectification, or what an operator announces. Each is
-- shown first by the incident's revision of the same number. Author is empty where an operator speaks.
CREATE TABLE statements (
    incident BIGINT NOT NULL REFERENCES incidents (id),
    revision BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    author   TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    link     TEXT   NOT NULL,
    PRIMARY KEY (incident, revision)
);

-- What an operator states of the platform, and how many statements there are.
ALTER TABLE incidents ADD COLUMN stated TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN said BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE incidents DROP COLUMN said;
ALTER TABLE incidents DROP COLUMN stated;
DROP TABLE statements;
