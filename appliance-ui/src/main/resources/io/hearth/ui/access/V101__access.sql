-- Users, how they come in, and what was tried.
CREATE TABLE users (
    id           TEXT    PRIMARY KEY,
    name         TEXT    NOT NULL,
    name_key     TEXT    NOT NULL UNIQUE,
    password     TEXT    NOT NULL,
    role         TEXT    NOT NULL,
    disabled     INTEGER NOT NULL,
    must_change  INTEGER NOT NULL,
    language     TEXT,
    theme        TEXT,
    created      INTEGER NOT NULL,
    password_set INTEGER NOT NULL,
    last_login   INTEGER
);

CREATE TABLE sessions (
    id      TEXT    PRIMARY KEY,
    user_id TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash    TEXT    NOT NULL UNIQUE,
    kind    TEXT    NOT NULL,
    address TEXT    NOT NULL,
    agent   TEXT    NOT NULL,
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    expires INTEGER NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE tokens (
    id        TEXT    PRIMARY KEY,
    user_id   TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name      TEXT    NOT NULL,
    hash      TEXT    NOT NULL UNIQUE,
    role      TEXT    NOT NULL,
    created   INTEGER NOT NULL,
    expires   INTEGER,
    used      INTEGER,
    used_from TEXT
);
CREATE INDEX tokens_user ON tokens (user_id);

-- Attempts to come in: by user, by user and known address, by address. A row is forgotten after a while without attempts.
CREATE TABLE login_attempts (
    subject     TEXT    PRIMARY KEY,
    failures    INTEGER NOT NULL,
    last        INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
);

-- Where a user has come in from: strangers elsewhere cannot lock them out there.
CREATE TABLE known_addresses (
    user_id TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address TEXT    NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (user_id, address)
);
