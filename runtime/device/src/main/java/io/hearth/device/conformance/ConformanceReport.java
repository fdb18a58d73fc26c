package io.hearth.device.conformance;

import java.util.List;
import java.util.Locale;

/**
 * Results of the kit on one device.
 *
 * @param device id, name and detail of the device, or the id and why it could not be opened
 * @param seed from which every input was drawn
 * @param results one for each check and type; empty if the device is absent
 */
public record ConformanceReport(String device, long seed, List<CheckResult> results) {
    /** Failed if a check failed, skipped if none could be made, else passed. */
    public Outcome outcome() {
        if (!failures().isEmpty()) {
            return Outcome.FAILED;
        }
        return results.stream().anyMatch(result -> result.outcome() == Outcome.PASSED)
                ? Outcome.PASSED
                : Outcome.SKIPPED;
    }

    /** The checks that failed. */
    public List<CheckResult> failures() {
        return results.stream()
                .filter(result -> result.outcome() == Outcome.FAILED)
                .toList();
    }

    /** The report for a person: a line for each check, and what to do about failures. */
    public String table() {
        StringBuilder text = new StringBuilder("Device conformance of " + device + ", seed " + seed + "\n");
        text.append(line("kernel", "check", "type", "trials", "largest error", "tolerance", "result", "last shapes"));
        for (CheckResult result : results) {
            text.append(line(
                    result.kernel(),
                    result.check(),
                    result.type(),
                    Integer.toString(result.trials()),
                    number(result.largestError()),
                    number(result.tolerance()),
                    result.outcome().name().toLowerCase(Locale.ROOT),
                    result.shapes()));
        }
        for (CheckResult failure : failures()) {
            text.append("FAILED ")
                    .append(failure.kernel())
                    .append(", ")
                    .append(failure.check())
                    .append(", ")
                    .append(failure.type())
                    .append(": ")
                    .append(failure.message())
                    .append("\n  To repeat it: ConformanceCommand DEVICE --seed ")
                    .append(seed)
                    .append(" --kernel ")
                    .append(failure.kernel())
                    .append('\n');
        }
        return text.append("Result: ")
                .append(outcome().name().toLowerCase(Locale.ROOT))
                .append('\n')
                .toString();
    }

    private static String number(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.2e", value);
    }

    private static String line(Object... cells) {
        return String.format(Locale.ROOT, "%-18s %-34s %-5s %6s %13s %10s %-8s %s%n", cells);
    }
}
