package io.hearth.ui.gateway;

import java.util.List;

/**
 * A key with which an application calls the gateway. The key itself is not in it.
 *
 * @param id its id, {@code key-…}
 * @param name what people call it
 * @param ownerId user who made it, and on whose account its usage is
 * @param ownerName that user's name
 * @param note what it is for
 * @param hint how the key begins
 * @param models names of the deployments that it may use; null: every one
 * @param limits what it may use
 * @param created milliseconds since 1970
 * @param expires when it ends, or null
 * @param disabled whether it is refused for the time being
 * @param revoked when it was revoked for good, or null
 * @param lastUsed when it was last used, or null; within about ten seconds
 */
public record ApiKey(
        String id,
        String name,
        String ownerId,
        String ownerName,
        String note,
        String hint,
        List<String> models,
        KeyLimits limits,
        long created,
        Long expires,
        boolean disabled,
        Long revoked,
        Long lastUsed) {
    /** How a key stands. */
    public enum State {
        ACTIVE,
        DISABLED,
        EXPIRED,
        REVOKED
    }

    /** How it stands at a time. */
    public State state(long now) {
        if (revoked != null) {
            return State.REVOKED;
        }
        if (expires != null && expires <= now) {
            return State.EXPIRED;
        }
        return disabled ? State.DISABLED : State.ACTIVE;
    }

    /** Whether it may use a deployment. */
    public boolean allows(String model) {
        return models == null || models.contains(model);
    }
}
