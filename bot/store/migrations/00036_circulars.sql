-- +goose Up
-- What an operator is about to publish, in JSON, until it is confirmed or expires.
CREATE TABLE drafts (
    code    TEXT   NOT NULL PRIMARY KEY,
    expires BIGINT NOT NULL,
    draft   TEXT   NOT NULL
);

-- What an operator keeps still for a time: the chats of an account, or of all ('').
CREATE TABLE mutes (
    account TEXT   NOT NULL PRIMARY KEY,
    until   BIGINT NOT NULL,
    who     TEXT   NOT NULL
);

-- +goose Down
DROP TABLE mutes;
DROP TABLE drafts;
