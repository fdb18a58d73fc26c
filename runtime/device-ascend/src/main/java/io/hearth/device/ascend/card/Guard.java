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
}
