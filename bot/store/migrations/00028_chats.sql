-- +goose Up
-- What a chat asked for itself, in JSON; empty for a destination of the configuration.
ALTER TABLE destinations ADD COLUMN wishes TEXT NOT NULL DEFAULT '';

-- What people did to chats by commands: the person under a name that tells nothing outside of one hour of one process.
CREATE TABLE audit (
    at      BIGINT NOT NULL,
    account TEXT   NOT NULL,
    channel TEXT   NOT NULL,
    who     TEXT   NOT NULL,
    what    TEXT   NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_chat ON audit (account, channel);

-- +goose Down
DROP TABLE audit;
ALTER TABLE destinations DROP COLUMN wishes;
