-- +goose Up
-- What people asked for and was carried out, by the chat platform's own id of what brought it.
CREATE TABLE requests (
    account TEXT   NOT NULL,
    id      TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX requests_by_time ON requests (at);

-- +goose Down
DROP TABLE requests;
