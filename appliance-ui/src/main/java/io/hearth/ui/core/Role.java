package io.hearth.ui.core;

import java.util.Locale;

/** What a user may do. Each role may do all that the one below it may. The constants are for annotations. */
public enum Role {
    /** Sees everything but users, keys of others and the audit; changes nothing. */
    VIEWER,
    /** Serves and watches: deployments, API keys, nodes' state. */
    OPERATOR,
    /** Uploads datasets and models, runs jobs, promotes. */
    ENGINEER,
    /** Users, audit, nodes, settings. */
    ADMINISTRATOR;

    public static final String IS_VIEWER = "viewer";
    public static final String IS_OPERATOR = "operator";
    public static final String IS_ENGINEER = "engineer";
    public static final String IS_ADMINISTRATOR = "administrator";

    /** The name in requests, in the database and in annotations. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this role may do what another may. */
    public boolean covers(Role other) {
        return compareTo(other) >= 0;
    }

    /** The role of a key. */
    public static Role of(String key) {
        for (Role role : values()) {
            if (role.key().equals(key)) {
                return role;
            }
        }
        throw Problem.invalid("core.role.unknown", key);
    }
}
