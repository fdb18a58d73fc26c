-- Tables of the feature models.
-- A model is a name under which versions are kept; a version never changes.
CREATE TABLE models (
    name       TEXT    PRIMARY KEY,
    notes      TEXT    NOT NULL,
    tags       TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    created_by TEXT    NOT NULL
);

CREATE TABLE model_versions (
    id             TEXT    PRIMARY KEY,
    model          TEXT    NOT NULL REFERENCES models (name),
    version        INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    base           TEXT    REFERENCES model_versions (id),
    hash           TEXT    NOT NULL,
    files          TEXT    NOT NULL,
    size_bytes     INTEGER NOT NULL,
    parameters     INTEGER,
    context_length INTEGER,
    job            TEXT    UNIQUE,
    lineage        TEXT    NOT NULL,
    created        INTEGER NOT NULL,
    created_by     TEXT    NOT NULL,
    UNIQUE (model, version)
);
CREATE INDEX model_versions_hash ON model_versions (hash);
CREATE INDEX model_versions_base ON model_versions (base);

-- The highest number that a model ever gave out, so that a number never comes to mean another version.
CREATE TABLE model_numbers (
    model TEXT    PRIMARY KEY,
    last  INTEGER NOT NULL
);

CREATE TABLE model_aliases (
    model      TEXT    NOT NULL REFERENCES models (name),
    alias      TEXT    NOT NULL,
    version_id TEXT    NOT NULL REFERENCES model_versions (id),
    changed    INTEGER NOT NULL,
    changed_by TEXT    NOT NULL,
    PRIMARY KEY (model, alias)
);

-- Models on their way in. What was read so far lies in models/imports/ID.
CREATE TABLE model_imports (
    id          TEXT    PRIMARY KEY,
    model       TEXT    NOT NULL,
    origin      TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    source_name TEXT    NOT NULL,
    base        TEXT,
    state       TEXT    NOT NULL,
    done_bytes  INTEGER NOT NULL,
    total_bytes INTEGER NOT NULL,
    problems    TEXT    NOT NULL,
    remarks     TEXT    NOT NULL,
    facts       TEXT,
    version_id  TEXT,
    known       INTEGER NOT NULL,
    owner_id    TEXT    NOT NULL,
    owner_name  TEXT    NOT NULL,
    owner_role  TEXT    NOT NULL,
    created     INTEGER NOT NULL,
    changed     INTEGER NOT NULL
);

-- Merged models on their way out.
CREATE TABLE model_exports (
    id         TEXT    PRIMARY KEY,
    version_id TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    worker     TEXT,
    files      TEXT    NOT NULL,
    reason     TEXT,
    owner_id   TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    changed    INTEGER NOT NULL
);
