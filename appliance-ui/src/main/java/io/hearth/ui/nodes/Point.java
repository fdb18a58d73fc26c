package io.hearth.ui.nodes;

import java.util.Map;

/**
 * What a series measured in a span of time.
 *
 * @param time begin of the span, milliseconds since 1970
 * @param samples how many seconds of it were measured
 * @param figures by name; what was not told is absent
 */
public record Point(long time, int samples, Map<String, Figure> figures) {
    /** Mean and maximum over a span. */
    public record Figure(double mean, double max) {}
}
