-- +goose Up
-- How far the operator was last warned that a zone's calendar ends, in steps that grow. Until is its last known day,
-- counted from 1970.
CREATE TABLE calendar_warnings (
    zone  TEXT   NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL,
    step  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE calendar_warnings;
