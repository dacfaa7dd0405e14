-- +goose Up
-- The newest time for which an operator has stopped the checks of a platform.
CREATE TABLE halts (
    platform TEXT   NOT NULL PRIMARY KEY,
    since    BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    account  TEXT   NOT NULL,
    who      TEXT   NOT NULL,
    noted    BIGINT NOT NULL
);

-- +goose Down
DROP TABLE halts;
