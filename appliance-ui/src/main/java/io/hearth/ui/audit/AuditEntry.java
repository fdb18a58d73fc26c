package io.hearth.ui.audit;

/**
 * A row of the audit.
 *
 * @param sequence its place: 1, 2, 3 … without gaps
 * @param time in milliseconds
 * @param actorId id of the user, {@code system}, or {@code nobody}
 * @param origin address, token, or {@code appliance}
 * @param details JSON object as text
 * @param previous hash of the row before
 */
public record AuditEntry(
        long sequence,
        long time,
        String actorId,
        String actorName,
        String origin,
        String action,
        String subject,
        String details,
        String previous,
        String hash) {
    /** The hash that belongs to what the row says. */
    String computedHash() {
        return AuditLog.hash(sequence, time, actorId, actorName, origin, action, subject, details, previous);
    }
}
