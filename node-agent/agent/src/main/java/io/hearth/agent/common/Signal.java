package io.hearth.agent.common;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting thread. Raised twice before anyone waits, it wakes once; raised before, it is not lost. */
public final class Signal {
    private final Semaphore raised = new Semaphore(0);

    /** Wakes the waiting thread, or the next one that waits. */
    public void raise() {
        raised.release();
    }

    /** Waits until it is raised, but not for longer than this. */
    public void await(long millis) throws InterruptedException {
        if (raised.tryAcquire(Math.max(0, millis), TimeUnit.MILLISECONDS)) {
            raised.drainPermits();
        }
    }
}
