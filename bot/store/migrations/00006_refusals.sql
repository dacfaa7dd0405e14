-- +goose Up
-- The limits of accounts that a chat platform keeps shut, so that a restart does not ask before the time it named.
CREATE TABLE refusals (
    account TEXT   NOT NULL,
    bucket  TEXT   NOT NULL,
    until   BIGINT NOT NULL,
    PRIMARY KEY (account, bucket)
);

-- +goose Down
DROP TABLE refusals;
