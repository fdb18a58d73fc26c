package io.hearth.device.conformance;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What came of a check in one type.
 *
 * @param kernel method of {@link io.hearth.device.Kernels}
 * @param check what was looked at
 * @param type of activations
 * @param trials how many shapes were tried
 * @param largestError relative to the larger of the wanted value and the tensor's root mean square; where a tensor comes
 *     nearest to its tolerance
 * @param tolerance allowed for that tensor
 * @param outcome see {@link Outcome}
 * @param shapes of the last trial, which is the one that failed if one did
 * @param message why it failed or was skipped, else empty
 */
public record CheckResult(
        String kernel,
        String check,
        String type,
        int trials,
        double largestError,
        double tolerance,
        Outcome outcome,
        String shapes,
        String message) {
    /**
     * All members in their order, divided by tabs; for other programs. Tabs and line ends within a member become spaces.
     */
    public String line() {
        return Stream.of(kernel, check, type, trials, largestError, tolerance, outcome, shapes, message)
                .map(member -> member.toString().replaceAll("[\\t\\r\\n]+", " "))
                .collect(Collectors.joining("\t"));
    }
}
