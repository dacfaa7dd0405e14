-- +goose Up
-- The places that checks run from. A beat is a number that grows as long as the place shows life, written one that grows
-- with each change of what it sees; silent_since is when it was last found to show none (0: it does).
CREATE TABLE vantages (
    name         TEXT   NOT NULL PRIMARY KEY,
    holder       TEXT   NOT NULL,
    beat         BIGINT NOT NULL,
    written      BIGINT NOT NULL,
    silent_since BIGINT NOT NULL DEFAULT 0
);

-- What each place has settled of each platform.
CREATE TABLE views (
    platform  TEXT   NOT NULL,
    vantage   TEXT   NOT NULL,
    condition TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    seen_at   BIGINT NOT NULL,
    reason    TEXT   NOT NULL,
    evidence  TEXT   NOT NULL,
    PRIMARY KEY (vantage, platform)
);

-- +goose Down
DROP TABLE views;
DROP TABLE vantages;
