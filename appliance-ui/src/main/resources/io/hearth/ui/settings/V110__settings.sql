-- What an administrator has set; what is not here has its default.
CREATE TABLE settings (
    name    TEXT    PRIMARY KEY,
    value   TEXT    NOT NULL,
    changed INTEGER NOT NULL
);
