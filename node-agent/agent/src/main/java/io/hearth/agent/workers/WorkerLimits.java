package io.hearth.agent.workers;

import io.hearth.protocol.WorkerKind;

/**
 * Bounds of workers.
 *
 * @param stopMillis time from SIGTERM to SIGKILL
 * @param stopServerMillis the same for a server
 * @param lastEventsMillis how long a worker that was taken off the node waits for its last events to be stored, while the link
 *     is up
 * @param logBytes length of a log at which it is rotated
 * @param retryMillis first wait after files could not be fetched or sent
 * @param longestRetryMillis longest such wait
 */
public record WorkerLimits(
        long stopMillis,
        long stopServerMillis,
        long lastEventsMillis,
        long logBytes,
        long retryMillis,
        long longestRetryMillis) {
    /** As in production. */
    public static final WorkerLimits DEFAULT = new WorkerLimits(30_000, 25_000, 30_000, 16L << 20, 500, 15_000);

    /** Time from SIGTERM to SIGKILL for a worker of this kind. */
    public long stopMillis(WorkerKind kind) {
        return kind.endless() ? stopServerMillis : stopMillis;
    }
}
