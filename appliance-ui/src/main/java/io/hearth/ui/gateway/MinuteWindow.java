package io.hearth.ui.gateway;

import java.util.Arrays;

/** A sum over the last 60 seconds, in steps of a second. Not for several threads. */
final class MinuteWindow {
    private static final int SECONDS = 60;

    private final long[] slots = new long[SECONDS];
    private long second;
    private long sum;

    /** Adds an amount at a time in milliseconds. */
    void add(long now, long amount) {
        advance(now);
        slots[(int) (second % SECONDS)] += amount;
        sum += amount;
    }

    /** The sum of what was added in the last 60 seconds. */
    long sum(long now) {
        advance(now);
        return sum;
    }

    /** Milliseconds until the sum, if nothing is added, is at most {@code most}; 0 if it is already. */
    long millisUntil(long now, long most) {
        advance(now);
        long left = sum;
        for (int i = 1; left > most && i <= SECONDS; i++) {
            left -= slots[(int) ((second + i) % SECONDS)];
            if (left <= most) {
                return (second + i) * 1000 - now;
            }
        }
        return 0;
    }

    private void advance(long now) {
        // A clock that was set back stays where it was.
        long target = Math.max(now / 1000, second);
        if (target - second >= SECONDS) {
            Arrays.fill(slots, 0);
            sum = 0;
        } else {
            for (long passed = second + 1; passed <= target; passed++) {
                int slot = (int) (passed % SECONDS);
                sum -= slots[slot];
                slots[slot] = 0;
            }
        }
        second = target;
    }
}
