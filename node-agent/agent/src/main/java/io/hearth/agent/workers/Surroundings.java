package io.hearth.agent.workers;

import java.time.Clock;

/**
 * What all workers of a node share.
 *
 * @param starter how they are started
 * @param supplies where their files come from and go
 * @param clock the time
 * @param limits bounds
 * @param listener who is told
 */
record Surroundings(WorkerStarter starter, Supplies supplies, Clock clock, WorkerLimits limits, Listener listener) {
    /** Is told of what happens. Called on the worker's thread; must return at once. */
    interface Listener {
        /** The status of a worker has changed. */
        void changed(ManagedWorker worker);

        /** A worker has said something. */
        void said(ManagedWorker worker);

        /** Nothing is left of a worker. */
        void gone(ManagedWorker worker);

        /** Whether the link to the control plane is up. */
        boolean linked();
    }

    long now() {
        return clock.millis();
    }
}
