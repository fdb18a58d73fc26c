package io.hearth.worker.hardware;

/**
 * A step of the check and what came of it.
 *
 * @param name such as {@code conformance}
 * @param outcome {@code passed}, {@code failed} or {@code skipped}
 * @param seconds that it took
 * @param limitSeconds that it was allowed
 * @param exitStatus of its program; -1 if it was not started
 * @param why why it failed or was skipped, and what is known of its results
 */
record Step(String name, String outcome, long seconds, long limitSeconds, int exitStatus, String why) {
    static final String PASSED = "passed";
    static final String FAILED = "failed";
    static final String SKIPPED = "skipped";

    /** A line of {@code steps.tsv}: the members in their order, divided by tabs. */
    static Step of(String line) {
        String[] parts = line.split("\t", -1);
        if (parts.length != 6) {
            throw new IllegalArgumentException("a step has six members: " + line);
        }
        return new Step(
                parts[0],
                parts[1],
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Integer.parseInt(parts[4]),
                parts[5]);
    }

    /** The same with more to say about it. */
    Step saying(String more) {
        return new Step(name, outcome, seconds, limitSeconds, exitStatus, why.isEmpty() ? more : why + " " + more);
    }

    /** Failed, for a reason that its program did not notice. */
    Step failing(String reason) {
        return new Step(name, FAILED, seconds, limitSeconds, exitStatus, why).saying(reason);
    }
}
