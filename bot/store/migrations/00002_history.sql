-- +goose Up
-- What each check saw in a day of UTC from one place: the hours are a JSON array of 24, see history.go.
CREATE TABLE days (
    platform TEXT   NOT NULL,
    check_id TEXT   NOT NULL,
    vantage  TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    hours    TEXT   NOT NULL,
    PRIMARY KEY (platform, check_id, vantage, day)
);
CREATE INDEX days_by_time ON days (day);

-- +goose Down
DROP TABLE days;
