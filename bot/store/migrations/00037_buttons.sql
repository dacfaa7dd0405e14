-- +goose Up
-- The key that signs the buttons beneath messages, as hexadecimal digits: one row.
CREATE TABLE seal (
    id  BIGINT PRIMARY KEY CHECK (id = 1),
    key TEXT   NOT NULL
);

-- What the readers of a chat say of an incident: how many, not who.
CREATE TABLE signals (
    incident    BIGINT NOT NULL,
    destination TEXT   NOT NULL,
    also        BIGINT NOT NULL,
    fine        BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (incident, destination)
);
CREATE INDEX signals_by_destination ON signals (destination);

-- Whom to tell, once, that an incident is over. A row is deleted when that is done.
CREATE TABLE promises (
    account  TEXT   NOT NULL,
    channel  TEXT   NOT NULL,
    incident BIGINT NOT NULL,
    lang     TEXT   NOT NULL,
    due      BIGINT NOT NULL,
    tries    BIGINT NOT NULL,
    PRIMARY KEY (account, channel, incident)
);
CREATE INDEX promises_by_incident ON promises (incident);

-- +goose Down
DROP TABLE promises;
DROP TABLE signals;
DROP TABLE seal;
