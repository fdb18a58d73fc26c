-- What is served under which public name.
CREATE TABLE deployment (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    desired    TEXT    NOT NULL,
    -- Number of the revision that should serve.
    revision   INTEGER NOT NULL,
    replicas   INTEGER NOT NULL,
    -- JSON lists; empty: any.
    nodes      TEXT    NOT NULL,
    cards      TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    -- When the last worker of a deleted deployment was gone.
    deleted    INTEGER
);
CREATE INDEX deployment_name ON deployment (name);

-- Each model and setting it has served. A revision never changes.
CREATE TABLE deployment_revision (
    deployment TEXT    NOT NULL REFERENCES deployment (id),
    number     INTEGER NOT NULL,
    -- What was asked for, such as name@prod, and the version that this was then.
    reference  TEXT    NOT NULL,
    version    TEXT    NOT NULL,
    label      TEXT    NOT NULL,
    settings   TEXT    NOT NULL,
    -- Memory that a worker is taken to need.
    memory_bytes INTEGER NOT NULL,
    returns_to INTEGER,
    created    INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    PRIMARY KEY (deployment, number)
);
CREATE INDEX deployment_revision_version ON deployment_revision (version);

-- The workers of a deployment that are not released yet.
CREATE TABLE deployment_replica (
    worker      TEXT    PRIMARY KEY,
    deployment  TEXT    NOT NULL REFERENCES deployment (id),
    revision    INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    -- Since when it takes no new requests, and since when its node is not reached.
    draining    INTEGER,
    unreachable INTEGER,
    -- What it last said is wrong.
    complaint   TEXT
);
CREATE INDEX deployment_replica_deployment ON deployment_replica (deployment);

-- What happened to a deployment, for people.
CREATE TABLE deployment_event (
    id         TEXT    PRIMARY KEY,
    deployment TEXT    NOT NULL REFERENCES deployment (id),
    time       INTEGER NOT NULL,
    key        TEXT    NOT NULL,
    arguments  TEXT    NOT NULL
);
CREATE INDEX deployment_event_deployment ON deployment_event (deployment, id);
