package io.hearth.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.hearth.engine.TestDevice;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Compares with the reference's numbers, and remembers how far off they were at most, to be printed at the end. */
final class LargestDifferences {
    private final Map<String, Double> largest = new TreeMap<>();

    /** @param tolerance absolute */
    void check(String kind, String what, float[] actual, float[] expected, float tolerance) {
        assertThat(actual).as(what).containsExactly(expected, within(tolerance));
        for (int i = 0; i < actual.length; i++) {
            note(kind, Math.abs(actual[i] - (double) expected[i]));
        }
    }

    /** @param tolerance absolute */
    void check(String kind, String what, double actual, double expected, double tolerance) {
        assertThat(actual).as(what).isCloseTo(expected, within(tolerance));
        note(kind, Math.abs(actual - expected));
    }

    private void note(String kind, double difference) {
        largest.merge(kind, difference, Math::max);
    }

    void print(Class<?> test) {
        System.out.println(test.getSimpleName() + " on " + TestDevice.id() + ", largest differences: "
                + largest.entrySet().stream()
                        .map(entry -> String.format(Locale.ROOT, "%s %.1e", entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(", ")));
    }
}
