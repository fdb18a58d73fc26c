package io.hearth.engine.train;

import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a run goes, over its last steps. */
final class Pace {
    private static final int WINDOW = 20;

    private final Deque<Moment> moments = new ArrayDeque<>();
    private long tokens;

    private record Moment(long nanos, long tokens) {}

    Pace() {
        moments.add(new Moment(System.nanoTime(), 0));
    }

    /** A step of so many tokens has just ended. */
    void add(long stepTokens) {
        tokens += stepTokens;
        moments.add(new Moment(System.nanoTime(), tokens));
        // The first step warms caches up and makes primitives; it leaves as soon as there are others.
        if (moments.size() > WINDOW + 1 || moments.size() == 3) {
            moments.removeFirst();
        }
    }

    double tokensPerSecond() {
        return (moments.getLast().tokens() - moments.getFirst().tokens()) / seconds();
    }

    /** Expected time for so many steps like the last ones. */
    double secondsFor(int steps) {
        return seconds() / Math.max(1, moments.size() - 1) * steps;
    }

    private double seconds() {
        return Math.max(1e-9, (moments.getLast().nanos() - moments.getFirst().nanos()) / 1e9);
    }
}
