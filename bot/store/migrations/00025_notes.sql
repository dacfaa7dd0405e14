-- +goose Up
-- When a destination gets notes, in JSON; {} for never.
ALTER TABLE destinations ADD COLUMN rhythm TEXT NOT NULL DEFAULT '{}';

-- When the reader was last told something aloud about the incident.
ALTER TABLE deliveries ADD COLUMN heard_at BIGINT NOT NULL DEFAULT 0;

-- What a destination gets at a fixed time, once for each kind and day. Due is 0 once it has ended, sent_at when its only
-- attempt left (0: none did).
CREATE TABLE notes (
    destination TEXT   NOT NULL REFERENCES destinations (id),
    kind        TEXT   NOT NULL,
    day         TEXT   NOT NULL,
    account     TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    until       BIGINT NOT NULL,
    due         BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL DEFAULT 0,
    tries       BIGINT NOT NULL DEFAULT 0,
    ended       TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (destination, kind, day)
);
CREATE INDEX notes_due ON notes (account, due) WHERE due > 0;

-- +goose Down
DROP TABLE notes;
ALTER TABLE deliveries DROP COLUMN heard_at;
ALTER TABLE destinations DROP COLUMN rhythm;
