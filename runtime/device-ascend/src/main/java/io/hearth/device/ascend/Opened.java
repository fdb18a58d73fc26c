package io.hearth.device.ascend;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened so far, to be closed in reverse. */
final class Opened implements AutoCloseable {
    /** Closes without a checked exception. */
    interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    void add(Closing closing) {
        opened.push(closing);
    }

    /**
     * Closes everything, whatever fails on the way: a card that has failed refuses to free what is on it.
     *
     * @throws RuntimeException the first failure
     */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                RuntimeException unchecked = e instanceof RuntimeException r ? r : new IllegalStateException(e);
                if (failure == null) {
                    failure = unchecked;
                } else {
                    failure.addSuppressed(unchecked);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Closes everything after a failure, which stays the one that is reported. */
    void closeAfter(Throwable cause) {
        try {
            close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
