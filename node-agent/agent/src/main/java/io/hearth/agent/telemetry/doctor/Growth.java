package io.hearth.agent.telemetry.doctor;

import java.util.ArrayList;
import java.util.List;

/** By how much a counter has grown within a span of time. */
final class Growth {
    private final long span;
    private final List<long[]> changes = new ArrayList<>();

    /** @param span in milliseconds */
    Growth(long span) {
        this.span = span;
    }

    /** Growth up to this value, at most since the first that was told; a counter that began anew counts from there. */
    long to(long value, long time) {
        if (!changes.isEmpty() && value < changes.getLast()[1]) {
            changes.clear();
        }
        if (changes.isEmpty() || value != changes.getLast()[1]) {
            changes.add(new long[] {time, value});
        }
        while (changes.size() > 1 && changes.get(1)[0] <= time - span) {
            changes.removeFirst();
        }
        return value - changes.getFirst()[1];
    }
}
