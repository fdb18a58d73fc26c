-- Files on their way in, and datasets with their versions and imports.

CREATE TABLE uploads (
    id      TEXT    NOT NULL PRIMARY KEY,
    owner   TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    size    INTEGER NOT NULL,
    -- Hash of the whole file, once it is whole; the blob store has it then, or is about to.
    sha256  TEXT,
    created INTEGER NOT NULL,
    touched INTEGER NOT NULL
);
CREATE INDEX uploads_owner ON uploads (owner, id);

CREATE TABLE datasets (
    id      TEXT    NOT NULL PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE,
    notes   TEXT    NOT NULL,
    -- JSON array of texts.
    tags    TEXT    NOT NULL,
    -- Number of the newest version that there ever was: numbers are not used again.
    last_version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL
);

CREATE TABLE dataset_versions (
    id               TEXT    NOT NULL PRIMARY KEY,
    dataset          TEXT    NOT NULL REFERENCES datasets (id),
    version          INTEGER NOT NULL,
    -- SHA-256 of the canonical rows: names the content.
    hash             TEXT    NOT NULL,
    shape            TEXT    NOT NULL,
    row_count        INTEGER NOT NULL,
    train_rows       INTEGER NOT NULL,
    evaluation_rows  INTEGER NOT NULL,
    train_blob       TEXT    NOT NULL,
    train_bytes      INTEGER NOT NULL,
    evaluation_blob  TEXT,
    evaluation_bytes INTEGER NOT NULL,
    -- JSON: how it was read, split and counted, and which rows were left out by whose choice.
    facts            TEXT    NOT NULL,
    created          INTEGER NOT NULL,
    created_by       TEXT    NOT NULL,
    UNIQUE (dataset, version)
);

CREATE TABLE dataset_imports (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    owner       TEXT    NOT NULL,
    owner_name  TEXT    NOT NULL,
    -- reading, ready, failed, committing, committed
    state       TEXT    NOT NULL,
    file_name   TEXT    NOT NULL,
    blob        TEXT    NOT NULL,
    blob_bytes  INTEGER NOT NULL,
    evaluation_file_name TEXT,
    evaluation_blob      TEXT,
    evaluation_bytes     INTEGER NOT NULL,
    -- JSON: what the user has chosen instead of what was detected.
    settings    TEXT    NOT NULL,
    -- JSON: what was found; NULL while reading.
    report      TEXT,
    -- JSON sentence: why it failed.
    failure     TEXT,
    -- JSON: what was chosen at commit.
    choice      TEXT,
    version     TEXT,
    created     INTEGER NOT NULL,
    changed     INTEGER NOT NULL
);
