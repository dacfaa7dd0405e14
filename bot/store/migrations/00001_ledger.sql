-- +goose Up
-- Times are milliseconds since 1970 in UTC; 0 is « never ». The same text serves SQLite and PostgreSQL.

-- The state of each platform as judged.
CREATE TABLE standings (
    platform   TEXT   NOT NULL PRIMARY KEY,
    condition  TEXT   NOT NULL,
    since      BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    reason     TEXT   NOT NULL,
    evidence   TEXT   NOT NULL
);

-- The state of each check as settled.
CREATE TABLE tracks (
    check_id  TEXT   NOT NULL PRIMARY KEY,
    platform  TEXT   NOT NULL,
    condition TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    reason    TEXT   NOT NULL
);

-- What each run of a check found.
CREATE TABLE verdicts (
    check_id TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    vantage  TEXT   NOT NULL,
    platform TEXT   NOT NULL,
    outcome  TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    evidence TEXT   NOT NULL,
    PRIMARY KEY (check_id, at, vantage)
);
CREATE INDEX verdicts_by_time ON verdicts (at);

CREATE TABLE incidents (
    id               BIGINT NOT NULL PRIMARY KEY,
    platform         TEXT   NOT NULL,
    condition        TEXT   NOT NULL,
    before_condition TEXT   NOT NULL,
    worst            TEXT   NOT NULL,
    since            BIGINT NOT NULL,
    opened_at        BIGINT NOT NULL,
    changed_at       BIGINT NOT NULL,
    resolved_at      BIGINT NOT NULL,
    revision         BIGINT NOT NULL,
    reason           TEXT   NOT NULL,
    evidence         TEXT   NOT NULL
);
-- A platform has at most one open incident.
CREATE UNIQUE INDEX one_open_incident ON incidents (platform) WHERE resolved_at = 0;

-- Every revision of an incident as it was told.
CREATE TABLE revisions (
    incident  BIGINT NOT NULL REFERENCES incidents (id),
    revision  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    condition TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    evidence  TEXT   NOT NULL,
    PRIMARY KEY (incident, revision)
);

CREATE TABLE destinations (
    id           TEXT   NOT NULL PRIMARY KEY,
    account      TEXT   NOT NULL,
    channel      TEXT   NOT NULL,
    thread       TEXT   NOT NULL,
    configured   TEXT   NOT NULL,
    audience     TEXT   NOT NULL,
    timezone     TEXT   NOT NULL,
    place        TEXT   NOT NULL,
    languages    TEXT   NOT NULL,
    asleep_since BIGINT NOT NULL,
    asleep_why   TEXT   NOT NULL
);
CREATE INDEX destinations_by_address ON destinations (account, channel);

CREATE TABLE subscriptions (
    destination TEXT NOT NULL REFERENCES destinations (id),
    platform    TEXT NOT NULL,
    PRIMARY KEY (platform, destination)
);
CREATE INDEX subscriptions_by_destination ON subscriptions (destination);

-- The ledger: what each destination was told of each incident, and when it is due again (0: not before something
-- changes). The flight_ columns are the attempt that was written down before it left; flight_at is 0 where there is none.
CREATE TABLE deliveries (
    incident        BIGINT  NOT NULL REFERENCES incidents (id),
    destination     TEXT    NOT NULL REFERENCES destinations (id),
    account         TEXT    NOT NULL,
    told            BIGINT  NOT NULL,
    heard           TEXT    NOT NULL,
    receipt         TEXT    NOT NULL,
    rings           INTEGER NOT NULL,
    reposts         INTEGER NOT NULL,
    tries           INTEGER NOT NULL,
    plain           INTEGER NOT NULL,
    flight_act      TEXT    NOT NULL,
    flight_purpose  TEXT    NOT NULL,
    flight_revision BIGINT  NOT NULL,
    flight_says     TEXT    NOT NULL,
    flight_at       BIGINT  NOT NULL,
    due             BIGINT  NOT NULL,
    routine         INTEGER NOT NULL,
    owed_at         BIGINT  NOT NULL,
    PRIMARY KEY (incident, destination)
);
CREATE INDEX deliveries_due ON deliveries (account, routine, owed_at, destination) WHERE due > 0;

-- Rights that one replica holds at a time.
CREATE TABLE duties (
    name   TEXT   NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL,
    term   BIGINT NOT NULL,
    beat   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE duties;
DROP TABLE deliveries;
DROP TABLE subscriptions;
DROP TABLE destinations;
DROP TABLE revisions;
DROP TABLE incidents;
DROP TABLE verdicts;
DROP TABLE tracks;
DROP TABLE standings;
