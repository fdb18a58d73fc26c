package io.hearth.ui.access;

import io.hearth.ui.core.Role;
import org.jspecify.annotations.Nullable;

/**
 * A long-lived credential of a user's programs.
 *
 * @param role what it may do; never more than its owner may at the time
 * @param expires when it ends, in milliseconds; null for never
 * @param used when it was last used, to the minute
 * @param usedFrom address of the last use
 */
public record ApiToken(
        String id,
        String userId,
        String name,
        Role role,
        long created,
        @Nullable Long expires,
        @Nullable Long used,
        @Nullable String usedFrom) {
    /** How its secrets begin. */
    static final String PREFIX = "ht_";
}
