package io.hearth.agent.common;

import java.util.random.RandomGenerator;

/**
 * Waits between attempts: doubled each time up to a bound, each drawn between half of it and the whole, so that many who failed
 * together do not come back together. Not for several threads.
 */
public final class Backoff {
    private final long firstMillis;
    private final long longestMillis;
    private final RandomGenerator random;
    private int failures;

    public Backoff(long firstMillis, long longestMillis, RandomGenerator random) {
        this.firstMillis = firstMillis;
        this.longestMillis = longestMillis;
        this.random = random;
    }

    /** The next wait in milliseconds. */
    public long next() {
        long bound = bound(firstMillis, longestMillis, failures);
        failures = Math.min(failures + 1, 62);
        return bound / 2 + random.nextLong(bound / 2 + 1);
    }

    /** Begins anew after a success. */
    public void reset() {
        failures = 0;
    }

    /** The wait after so many failures, without chance: {@code first * 2^failures}, at most the longest. */
    public static long bound(long firstMillis, long longestMillis, int failures) {
        long wait = Math.max(1, firstMillis);
        for (int i = 0; i < failures && wait < longestMillis; i++) {
            wait *= 2;
        }
        return Math.max(1, Math.min(wait, longestMillis));
    }
}
