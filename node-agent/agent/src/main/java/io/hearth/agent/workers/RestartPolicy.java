package io.hearth.agent.workers;

import io.hearth.agent.common.Backoff;
import io.hearth.protocol.WorkerSpec;
import java.util.OptionalLong;

/** When a worker that ended by a fault is started again. */
final class RestartPolicy {
    /** So long without a fault, and the count begins anew. */
    static final long CALM_MILLIS = 600_000;

    private final WorkerSpec.Restart restart;

    RestartPolicy(WorkerSpec spec) {
        if (spec.restart() != null) {
            this.restart = spec.restart();
        } else {
            this.restart = spec.kind().endless() ? WorkerSpec.Restart.SERVICE : WorkerSpec.Restart.JOB;
        }
    }

    /** Faults in a row with the one that ended an attempt now. */
    int faults(int before, long startedAt, long now) {
        return now - startedAt >= CALM_MILLIS ? 1 : before + 1;
    }

    /** Wait before the next start; empty if there is none any more. */
    OptionalLong delay(int faults) {
        if (restart.attempts() >= 0 && faults > restart.attempts()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Backoff.bound(restart.firstDelayMillis(), restart.longestDelayMillis(), faults - 1));
    }

    /** Wait before the next start of a worker that has left off by itself without a fault. */
    long pause() {
        return Math.max(1, restart.firstDelayMillis());
    }
}
