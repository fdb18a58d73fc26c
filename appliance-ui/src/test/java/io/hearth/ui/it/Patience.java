package io.hearth.ui.it;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what will come, and says what did not. */
final class Patience {
    private static final long PAUSE_MILLIS = 100;

    /** Waits until something holds. */
    static void until(String what, Duration limit, BooleanSupplier holds) {
        until(what, limit, () -> holds.getAsBoolean() ? Boolean.TRUE : null);
    }

    /** Waits until there is something. */
    static <T> T until(String what, Duration limit, Supplier<T> found) {
        Instant end = Instant.now().plus(limit);
        RuntimeException last = null;
        do {
            try {
                T value = found.get();
                if (value != null) {
                    return value;
                }
                last = null;
            } catch (Api.Unreachable e) {
                last = e;
            }
            pause(PAUSE_MILLIS);
        } while (Instant.now().isBefore(end));
        throw new AssertionError("Waited " + limit.toSeconds() + " s in vain until " + what + ".", last);
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Patience() {}
}
