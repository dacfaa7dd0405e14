-- +goose Up
-- A maintenance that an operator planned from a chat. Rows stay: a number never means another one.
CREATE TABLE upkeeps (
    id        BIGINT NOT NULL PRIMARY KEY,
    platform  TEXT   NOT NULL,
    starts    BIGINT NOT NULL,
    ends      BIGINT NOT NULL,
    text      TEXT   NOT NULL,
    link      TEXT   NOT NULL,
    who       TEXT   NOT NULL,
    cancelled BIGINT NOT NULL
);
CREATE UNIQUE INDEX one_upkeep ON upkeeps (platform, starts) WHERE cancelled = 0;
CREATE INDEX upkeeps_by_end ON upkeeps (ends);

-- +goose Down
DROP TABLE upkeeps;
