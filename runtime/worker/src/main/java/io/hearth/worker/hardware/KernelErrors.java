package io.hearth.worker.hardware;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a kernel did in the conformance kit with one type of activations.
 *
 * @param kernel method of the device API
 * @param type of activations
 * @param checks number of checks that were made
 * @param failed number of checks that failed
 * @param largestError relative error that is nearest to its tolerance, or beyond it
 * @param tolerance allowed there
 * @param messages what the failed checks say
 */
record KernelErrors(
        String kernel,
        String type,
        int checks,
        int failed,
        double largestError,
        double tolerance,
        List<String> messages) {
    private static final int MEMBERS = 9;

    /** Lines of the conformance command, in their order; a line that a kill has cut off is passed over. */
    static List<KernelErrors> of(List<String> lines) {
        Map<String, KernelErrors> byKernel = new LinkedHashMap<>();
        for (String line : lines) {
            String[] part = line.split("\t", -1);
            if (part.length == MEMBERS && !part[6].equals("SKIPPED")) {
                boolean failed = part[6].equals("FAILED");
                KernelErrors one = new KernelErrors(
                        part[0],
                        part[2],
                        1,
                        failed ? 1 : 0,
                        Double.parseDouble(part[4]),
                        Double.parseDouble(part[5]),
                        failed ? List.of(part[1] + ": " + part[8]) : List.of());
                byKernel.merge(part[0] + "\t" + part[2], one, KernelErrors::plus);
            }
        }
        return List.copyOf(byKernel.values());
    }

    private KernelErrors plus(KernelErrors other) {
        boolean nearer = other.largestError * tolerance > largestError * other.tolerance;
        List<String> all = new ArrayList<>(messages);
        all.addAll(other.messages);
        return new KernelErrors(
                kernel,
                type,
                checks + other.checks,
                failed + other.failed,
                nearer ? other.largestError : largestError,
                nearer ? other.tolerance : tolerance,
                all);
    }
}
