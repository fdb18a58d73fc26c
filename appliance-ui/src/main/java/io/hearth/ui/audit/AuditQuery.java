package io.hearth.ui.audit;

import org.jspecify.annotations.Nullable;

/**
 * Which rows to show; null asks for nothing in particular.
 *
 * @param from first moment, in milliseconds
 * @param to moment before which rows are, in milliseconds
 * @param actor id or name of who did it
 * @param action beginning of the action: {@code user} finds {@code user.add} and {@code user.role}
 * @param subject id of what was changed
 * @param text part of any of what a row says
 */
public record AuditQuery(
        @Nullable Long from,
        @Nullable Long to,
        @Nullable String actor,
        @Nullable String action,
        @Nullable String subject,
        @Nullable String text) {
    /** All rows. */
    public static final AuditQuery ALL = new AuditQuery(null, null, null, null, null, null);
}
