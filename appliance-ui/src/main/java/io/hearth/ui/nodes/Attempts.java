package io.hearth.ui.nodes;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** Counts wrong join codes by address and minute, so that nobody tries many. */
final class Attempts {
    static final int PER_MINUTE = 10;
    private static final int MAX_ADDRESSES = 10_000;

    private final Clock clock;
    private final Map<String, Integer> failures = new HashMap<>();
    private long minute;

    Attempts(Clock clock) {
        this.clock = clock;
    }

    synchronized boolean allowed(String address) {
        turn();
        return failures.getOrDefault(address, 0) < PER_MINUTE && failures.size() < MAX_ADDRESSES;
    }

    synchronized void failed(String address) {
        turn();
        failures.merge(address, 1, Integer::sum);
    }

    private void turn() {
        long now = clock.millis() / 60_000;
        if (now != minute) {
            minute = now;
            failures.clear();
        }
    }
}
