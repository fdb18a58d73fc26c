-- One row for each usage event of a serving worker; kept for 40 days.
CREATE TABLE usage_event (
    worker            TEXT    NOT NULL,
    sequence          INTEGER NOT NULL,
    time              INTEGER NOT NULL,
    day               TEXT    NOT NULL,
    key_id            TEXT    NOT NULL,
    user_id           TEXT    NOT NULL,
    deployment        TEXT    NOT NULL,
    model             TEXT    NOT NULL,
    request           TEXT    NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    cached_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    card_micros       INTEGER NOT NULL,
    millis            INTEGER NOT NULL,
    outcome           TEXT    NOT NULL,
    PRIMARY KEY (worker, sequence)
);
CREATE INDEX usage_event_day ON usage_event (day);

-- The sums of the same, kept for ever. Whole numbers, so that sums are exact in whatever order.
CREATE TABLE usage_day (
    day               TEXT    NOT NULL,
    key_id            TEXT    NOT NULL,
    user_id           TEXT    NOT NULL,
    model             TEXT    NOT NULL,
    outcome           TEXT    NOT NULL,
    requests          INTEGER NOT NULL,
    prompt_tokens     INTEGER NOT NULL,
    cached_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    card_micros       INTEGER NOT NULL,
    PRIMARY KEY (day, key_id, user_id, model, outcome)
);

-- Names of keys and users in usage, also of those that are gone.
CREATE TABLE usage_name (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL
);
