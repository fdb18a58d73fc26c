-- Servers that run a node agent. A row stays for ever; "revoked" says that it was sent away.
CREATE TABLE node (
    id               TEXT    PRIMARY KEY,
    name             TEXT    NOT NULL,
    local            INTEGER NOT NULL,
    enrolled         INTEGER NOT NULL,
    certificate_ends INTEGER NOT NULL,
    software         TEXT,
    host             TEXT,
    cards            TEXT    NOT NULL,
    serving_host     TEXT,
    serving_port     INTEGER NOT NULL,
    last_seen        INTEGER,
    revoked          INTEGER
);

-- Codes by which nodes join. The secret is kept as an HMAC only; "key" is the hash of the public key that used it, so that a
-- node whose answer was lost can ask again.
CREATE TABLE join_code (
    id         TEXT    PRIMARY KEY,
    hmac       TEXT    NOT NULL UNIQUE,
    note       TEXT    NOT NULL,
    local      INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    expires    INTEGER NOT NULL,
    withdrawn  INTEGER,
    used       INTEGER,
    node_id    TEXT    REFERENCES node (id),
    key        TEXT
);

-- Workers that should be on nodes. "released": its owner has let go of it, the node has not yet confirmed that it is gone.
-- "resuming": it should go on as soon as its card has room. "untold": its owner has not yet heard of the last change.
CREATE TABLE worker (
    id           TEXT    PRIMARY KEY,
    node_id      TEXT    NOT NULL REFERENCES node (id),
    card         TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    owner        TEXT    NOT NULL,
    spec         TEXT    NOT NULL,
    desired      TEXT    NOT NULL,
    memory_bytes INTEGER NOT NULL,
    state        TEXT,
    status       TEXT,
    last_event   INTEGER NOT NULL,
    released     INTEGER NOT NULL,
    resuming     INTEGER NOT NULL,
    untold       INTEGER NOT NULL,
    created      INTEGER NOT NULL
);
CREATE INDEX worker_node ON worker (node_id);
CREATE INDEX worker_owner ON worker (owner);
CREATE INDEX worker_untold ON worker (untold);

-- Blobs that a worker reads: its node may fetch these and no others.
CREATE TABLE worker_input (
    worker_id TEXT NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
    sha256    TEXT NOT NULL,
    PRIMARY KEY (worker_id, sha256)
);

-- Blobs that a node has sent.
CREATE TABLE node_blob (
    node_id TEXT    NOT NULL REFERENCES node (id),
    sha256  TEXT    NOT NULL,
    sent    INTEGER NOT NULL,
    PRIMARY KEY (node_id, sha256)
);

-- Events that could not be taken in, although it was tried again and again.
CREATE TABLE worker_event_aside (
    worker_id TEXT    NOT NULL,
    owner     TEXT    NOT NULL,
    sequence  INTEGER NOT NULL,
    event     TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    time      INTEGER NOT NULL,
    PRIMARY KEY (worker_id, sequence)
);

-- History of nodes and cards. "series" is a card, or empty for the machine; "step" is the length in seconds; "figures" is a JSON
-- object of names, each with mean and maximum.
CREATE TABLE telemetry (
    node_id TEXT    NOT NULL REFERENCES node (id),
    series  TEXT    NOT NULL,
    step    INTEGER NOT NULL,
    time    INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    figures TEXT    NOT NULL,
    PRIMARY KEY (node_id, series, step, time)
);
CREATE INDEX telemetry_age ON telemetry (step, time);
