-- Tables of the feature jobs.
-- What a job will need, worked out once for the same rows, base, recipe and kind of card.
CREATE TABLE job_plans (
    id             TEXT    PRIMARY KEY,
    plan_key       TEXT    NOT NULL,
    node_kind      TEXT,
    node_name      TEXT,
    dataset        TEXT    NOT NULL,
    base           TEXT    NOT NULL,
    recipe         TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    worker         TEXT,
    plan           TEXT,
    reason         TEXT,
    created        INTEGER NOT NULL,
    finished       INTEGER
);
CREATE INDEX job_plans_key ON job_plans (plan_key, state);

CREATE TABLE jobs (
    id                TEXT    PRIMARY KEY,
    name              TEXT    NOT NULL,
    dataset           TEXT    NOT NULL,
    dataset_label     TEXT    NOT NULL,
    dataset_hash      TEXT    NOT NULL,
    base              TEXT    NOT NULL,
    base_label        TEXT    NOT NULL,
    base_hash         TEXT    NOT NULL,
    model             TEXT    NOT NULL,
    recipe            TEXT    NOT NULL,
    evaluation_rows   INTEGER NOT NULL,
    evaluation_tokens INTEGER NOT NULL,
    priority          INTEGER NOT NULL,
    state             TEXT    NOT NULL,
    wish              TEXT    NOT NULL,
    reason            TEXT,
    plan              TEXT,
    worker            TEXT,
    node              TEXT,
    avoid             TEXT,
    attempt           INTEGER NOT NULL,
    revive_attempt    INTEGER,
    revive_since      INTEGER,
    phase             TEXT,
    step              INTEGER NOT NULL,
    steps             INTEGER NOT NULL,
    loss              REAL,
    evaluation_loss   REAL,
    tokens_per_second REAL,
    eta_seconds       REAL,
    checkpoint_step   INTEGER NOT NULL,
    train_millis      INTEGER NOT NULL,
    last_time         INTEGER NOT NULL,
    said_done         TEXT,
    failure           TEXT,
    metrics           TEXT,
    result_kind       TEXT,
    result_files      TEXT,
    parity            TEXT,
    result            TEXT,
    version           TEXT,
    cloned_from       TEXT,
    queued            INTEGER NOT NULL,
    created           INTEGER NOT NULL,
    created_by        TEXT    NOT NULL,
    created_by_name   TEXT    NOT NULL,
    started           INTEGER,
    finished          INTEGER,
    changed           INTEGER NOT NULL
);
CREATE INDEX jobs_state ON jobs (state, priority, queued);

-- Everything that happened to a job; its states follow each other without gaps.
CREATE TABLE job_events (
    job        TEXT    NOT NULL REFERENCES jobs (id),
    number     INTEGER NOT NULL,
    time       INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    state_from TEXT,
    state_to   TEXT,
    actor      TEXT    NOT NULL,
    note       TEXT,
    PRIMARY KEY (job, number)
);

-- A step that is done again after a kill has the same number and the same figures: the row is written again, not twice.
CREATE TABLE job_metrics (
    job               TEXT    NOT NULL REFERENCES jobs (id),
    attempt           INTEGER NOT NULL,
    kind              TEXT    NOT NULL,
    step              INTEGER NOT NULL,
    time              INTEGER NOT NULL,
    epoch             REAL,
    loss              REAL,
    learning_rate     REAL,
    grad_norm         REAL,
    tokens            INTEGER,
    tokens_per_second REAL,
    PRIMARY KEY (job, attempt, kind, step)
);

-- Held-out rows, answered by the base and by what was made of it.
CREATE TABLE job_answers (
    job         TEXT    NOT NULL REFERENCES jobs (id),
    number      INTEGER NOT NULL,
    line        INTEGER NOT NULL,
    prompt      TEXT    NOT NULL,
    reference   TEXT    NOT NULL,
    base_text   TEXT    NOT NULL,
    base_exact  INTEGER NOT NULL,
    base_f1     REAL    NOT NULL,
    base_loss   REAL    NOT NULL,
    tuned_text  TEXT    NOT NULL,
    tuned_exact INTEGER NOT NULL,
    tuned_f1    REAL    NOT NULL,
    tuned_loss  REAL    NOT NULL,
    gain        REAL    NOT NULL,
    PRIMARY KEY (job, number)
);
