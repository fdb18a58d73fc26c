package io.hearth.ui.jobs;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the controller; many calls before it looks count as one. */
@ApplicationScoped
public class JobSignal {
    private final Semaphore waiting = new Semaphore(0);

    /** Something may have changed. */
    public void wake() {
        waiting.release();
    }

    /** Waits for a call, at most so long. */
    void await(long millis) throws InterruptedException {
        if (waiting.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            waiting.drainPermits();
        }
    }
}
