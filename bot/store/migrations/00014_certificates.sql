-- +goose Up
-- How urgently the operator was last warned of each certificate, in days before its end. Servers behind one name may
-- send different ones.
CREATE TABLE certificate_warnings (
    host   TEXT    NOT NULL,
    expiry BIGINT  NOT NULL,
    days   INTEGER NOT NULL,
    PRIMARY KEY (host, expiry)
);

-- +goose Down
DROP TABLE certificate_warnings;
