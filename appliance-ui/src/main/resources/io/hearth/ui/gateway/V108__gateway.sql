-- API keys. The key itself is not kept: only its HMAC with the secret in keys/api-key-secret.
CREATE TABLE api_key (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    owner_id   TEXT    NOT NULL,
    owner_name TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    -- The first characters of the key, by which a person tells keys apart.
    hint       TEXT    NOT NULL,
    hmac       TEXT    NOT NULL UNIQUE,
    -- JSON list of the deployments' names that it may use; NULL: every one.
    models     TEXT,
    limits     TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    expires    INTEGER,
    disabled   INTEGER NOT NULL,
    revoked    INTEGER,
    last_used  INTEGER
);
CREATE INDEX api_key_owner ON api_key (owner_id);
