package io.hearth.ui.gateway;

/**
 * Bounds of the gateway.
 *
 * @param maxBodyBytes longest body of a request
 * @param maxBodiesBytes most bytes of bodies held at the same time
 * @param maxRequests most requests at the same time
 * @param bodyMillis longest pause while a body arrives
 * @param firstByteMillis longest wait for the first byte of an answer
 * @param idleMillis longest pause between two pieces of an answer
 * @param stallMillis longest time for which a client may take nothing of what waits for it
 */
public record GatewaySettings(
        int maxBodyBytes,
        long maxBodiesBytes,
        int maxRequests,
        long bodyMillis,
        long firstByteMillis,
        long idleMillis,
        long stallMillis) {
    /** As shipped. */
    public static final GatewaySettings DEFAULT =
            new GatewaySettings(8 << 20, 256L << 20, 4096, 30_000, 600_000, 120_000, 60_000);
}
