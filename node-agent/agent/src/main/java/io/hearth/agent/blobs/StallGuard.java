package io.hearth.agent.blobs;

import java.io.IOException;
import java.io.InputStream;

/** Closes a stream from which nothing has come for too long, so that its reader is not kept waiting for ever. */
final class StallGuard implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 30_000;

    private final Thread thread;
    private volatile long movedAt = System.nanoTime();

    StallGuard(InputStream stream) {
        this.thread = Thread.ofVirtual().name("stall-guard").start(() -> watch(stream));
    }

    /** Something has come. */
    void moved() {
        movedAt = System.nanoTime();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void watch(InputStream stream) {
        try {
            while (System.nanoTime() - movedAt < PATIENCE_MILLIS * 1_000_000) {
                Thread.sleep(PATIENCE_MILLIS / 10);
            }
            stream.close();
        } catch (InterruptedException finished) {
            return;
        } catch (IOException alreadyBroken) {
            return;
        }
    }
}
