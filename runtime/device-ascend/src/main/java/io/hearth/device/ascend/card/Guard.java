package io.hearth.device.ascend.card;

/**
 * Knows whether what waits on a stream for other cards can still be done, and sees to it that the stream does not hang if it
 * cannot.
 */
@FunctionalInterface
public interface Guard {
    /**
     * Called whenever the host has waited for the stream, also while it waits: what the stream has made is worth something
     * only if this returns.
     *
     * @throws io.hearth.device.DeviceException with a sentence if an exchange with other cards has failed
     */
    void check();

    /**
     * Called when a wait for the stream has failed: what to throw in place of that.
     *
     * @param failure what the card says
     * @return the same, or why the card was bound to say so
     */
    default RuntimeException explain(RuntimeException failure) {
        return failure;
    }
}
