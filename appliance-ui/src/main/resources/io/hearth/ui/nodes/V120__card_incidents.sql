-- What has happened to cards. "id" is unique on the node; "finding" is the JSON of CardFinding.
CREATE TABLE card_incident (
    node_id TEXT    NOT NULL REFERENCES node (id),
    id      TEXT    NOT NULL,
    card    TEXT    NOT NULL,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    finding TEXT    NOT NULL,
    PRIMARY KEY (node_id, id)
);
CREATE INDEX card_incident_time ON card_incident (node_id, last);
