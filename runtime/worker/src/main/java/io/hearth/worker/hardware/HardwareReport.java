package io.hearth.worker.hardware;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.hearth.engine.train.SoftwareVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A check on one machine as it is written down.
 *
 * @param emulated whether the card was a program on the processor; such a report says nothing about hardware
 * @param note what to know before reading on, if anything
 * @param format of this file
 * @param version of Hearth
 * @param outcome {@code passed}: every step passed; {@code incomplete}: none failed, but not all were run; {@code failed}
 * @param machine date, host, card, driver, libraries and Python packages
 * @param steps see {@link Step}
 * @param conformance see {@link KernelErrors}
 * @param tests see {@link TestRun}
 * @param bench figures of Hearth, a member for each shape
 * @param peers figures of the machine's own Python, likewise
 * @param comparisons see {@link Comparison}
 * @param aims see {@link Aim}
 * @param problems what could not be read
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HardwareReport(
        boolean emulated,
        String note,
        int format,
        String version,
        String outcome,
        Map<String, String> machine,
        List<Step> steps,
        List<KernelErrors> conformance,
        List<TestRun> tests,
        Map<String, JsonNode> bench,
        Map<String, JsonNode> peers,
        List<Comparison> comparisons,
        List<Aim> aims,
        List<String> problems) {
    private static final int FORMAT = 1;
    private static final String EMULATED =
            "NOT A CARD. This run was made on a card that is emulated on the processor. It tests the program and says nothing "
                    + "about hardware; its figures have no meaning.";

    static HardwareReport of(RunFolder run) {
        Map<String, String> machine = run.facts();
        List<KernelErrors> conformance = run.conformance();
        List<TestRun> tests = run.tests();
        Map<String, JsonNode> bench = byShape(run.figures("bench"));
        Map<String, JsonNode> peers = byShape(run.figures("peer"));
        boolean emulated = isEmulated(machine.getOrDefault("card", ""))
                || bench.values().stream()
                        .anyMatch(node ->
                                isEmulated(node.path("device").path("name").asText()));
        List<Step> steps = run.steps().stream()
                .map(step -> judged(step, conformance, tests, bench))
                .toList();
        List<Comparison> comparisons = new ArrayList<>();
        List<Aim> aims = new ArrayList<>();
        if (!emulated) {
            bench.forEach((shape, figures) -> {
                JsonNode peer = peers.getOrDefault(shape, MissingNode.getInstance());
                List<Comparison> ofShape = Comparison.of(figures, peer);
                comparisons.addAll(ofShape);
                aims.addAll(Aim.of(figures, peer, ofShape));
            });
        }
        return new HardwareReport(
                emulated,
                emulated ? EMULATED : null,
                FORMAT,
                SoftwareVersion.current(),
                outcome(steps),
                machine,
                steps,
                conformance,
                tests,
                bench,
                peers,
                comparisons,
                aims,
                List.copyOf(run.problems()));
    }

    private static boolean isEmulated(String card) {
        return card.toLowerCase(Locale.ROOT).contains("emulated");
    }

    private static Map<String, JsonNode> byShape(List<JsonNode> files) {
        Map<String, JsonNode> shapes = new LinkedHashMap<>();
        files.forEach(file -> shapes.put(file.path("shape").asText("?"), file));
        return shapes;
    }

    private static String outcome(List<Step> steps) {
        if (steps.stream().anyMatch(step -> step.outcome().equals(Step.FAILED))) {
            return Step.FAILED;
        }
        boolean all = !steps.isEmpty()
                && steps.stream().allMatch(step -> step.outcome().equals(Step.PASSED));
        return all ? Step.PASSED : "incomplete";
    }

    /** A step whose program ended well counts only if its results are there, and good. */
    private static Step judged(
            Step step, List<KernelErrors> conformance, List<TestRun> tests, Map<String, JsonNode> bench) {
        if (step.outcome().equals(Step.SKIPPED)) {
            return step;
        }
        return switch (step.name()) {
            case "conformance" -> judgedByKernels(step, conformance);
            case "goldens", "resume" ->
                tests.stream()
                        .filter(run -> run.step().equals(step.name()))
                        .findFirst()
                        .map(run -> judgedByTests(step, run))
                        .orElseGet(() -> step.failing("The reports of its tests are missing."));
            default ->
                step.name().startsWith("bench-")
                                && !bench.getOrDefault(step.name().substring(6), MissingNode.getInstance())
                                        .path("complete")
                                        .asBoolean()
                        ? step.failing("Not all of its figures are there.")
                        : step;
        };
    }

    private static Step judgedByKernels(Step step, List<KernelErrors> conformance) {
        int checks = conformance.stream().mapToInt(KernelErrors::checks).sum();
        int failed = conformance.stream().mapToInt(KernelErrors::failed).sum();
        String counted = "%d of %d checks failed.".formatted(failed, checks);
        if (failed > 0 || checks == 0) {
            return step.failing(counted);
        }
        return step.outcome().equals(Step.FAILED) ? step.saying(counted) : step;
    }

    private static Step judgedByTests(Step step, TestRun run) {
        int failed = run.failures().size();
        String counted = "%d of %d tests failed, %d were not run."
                .formatted(failed, failed + run.passed(), run.skipped().size());
        if (failed > 0 || run.passed() == 0) {
            return step.failing(counted);
        }
        return step.outcome().equals(Step.FAILED) ? step.saying(counted) : step;
    }

    /** The report in a few lines for a person. */
    List<String> summary() {
        List<String> lines = new ArrayList<>();
        if (note != null) {
            lines.add(note);
        }
        lines.add("Hearth " + version + " on " + machine.getOrDefault("card", "?") + ": " + outcome);
        for (Step step : steps) {
            lines.add(String.format(
                            Locale.ROOT,
                            "%-20s %-8s %4d s  %s",
                            step.name(),
                            step.outcome(),
                            step.seconds(),
                            step.why())
                    .stripTrailing());
        }
        for (Comparison comparison : comparisons) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s, %s: %.1f tokens/s, peer %.1f, ratio %.2f",
                    comparison.shape(),
                    comparison.what(),
                    comparison.hearth(),
                    comparison.peer(),
                    comparison.ratio()));
        }
        for (Aim aim : aims) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s, %s: %.2f, wanted %.2f: %s (of %s)",
                    aim.shape(),
                    aim.what(),
                    aim.reached(),
                    aim.wanted(),
                    aim.met() ? "reached" : "not reached",
                    aim.against()));
        }
        lines.addAll(problems);
        return lines;
    }
}
