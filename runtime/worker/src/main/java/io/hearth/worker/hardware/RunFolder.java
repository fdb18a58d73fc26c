package io.hearth.worker.hardware;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.hearth.worker.process.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The folder that {@code gpu-check.sh} fills. A step may have been killed at any moment, so every file may be missing or cut
 * off; what cannot be read is told as a problem, and the rest counts.
 *
 * <pre>
 * run.tsv              key, tab, value: date, host, card, driver, libraries, packages
 * steps.tsv            a line for each step, see {@link Step#of}
 * conformance.tsv      a line for each check, see {@link KernelErrors#of}
 * goldens, resume      reports of JUnit
 * bench-SHAPE.json     figures of Hearth
 * peer-SHAPE.json      figures of the machine's own Python
 * logs/STEP.log        what each step printed
 * </pre>
 */
final class RunFolder {
    private final Path folder;
    private final List<String> problems = new ArrayList<>();

    RunFolder(Path folder) {
        this.folder = folder;
    }

    /** What could not be read so far. */
    List<String> problems() {
        return problems;
    }

    /** What is known of the machine and of the run. */
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        for (String line : lines("run.tsv")) {
            int tab = line.indexOf('\t');
            if (tab > 0) {
                facts.put(line.substring(0, tab), line.substring(tab + 1).strip());
            }
        }
        return facts;
    }

    /** Each step once; one that was run again counts as it was the last time. */
    List<Step> steps() {
        Map<String, Step> steps = new LinkedHashMap<>();
        for (String line : lines("steps.tsv")) {
            try {
                Step step = Step.of(line);
                steps.put(step.name(), step);
            } catch (IllegalArgumentException e) {
                problems.add("steps.tsv has a line that is no step: " + line);
            }
        }
        return List.copyOf(steps.values());
    }

    private boolean has(String file) {
        return Files.exists(folder.resolve(file));
    }

    List<KernelErrors> conformance() {
        return has("conformance.tsv") ? KernelErrors.of(lines("conformance.tsv")) : List.of();
    }

    List<TestRun> tests() {
        List<TestRun> runs = new ArrayList<>();
        for (String step : List.of("goldens", "resume")) {
            if (has(step)) {
                try {
                    runs.add(TestRun.read(step, folder.resolve(step)));
                } catch (IOException e) {
                    problems.add("The reports of the tests of " + step + " cannot be read: " + e.getMessage());
                }
            }
        }
        return runs;
    }

    /** Files such as {@code bench-llama-3-8b.json}, in the order of their names. */
    List<JsonNode> figures(String prefix) {
        try (Stream<Path> entries = Files.list(folder)) {
            List<String> names = entries.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(prefix + "-") && name.endsWith(".json"))
                    .sorted()
                    .toList();
            return names.stream()
                    .map(this::json)
                    .filter(node -> !node.isMissingNode())
                    .toList();
        } catch (IOException e) {
            problems.add(folder + " cannot be listed: " + e.getMessage());
            return List.of();
        }
    }

    private JsonNode json(String name) {
        try {
            JsonNode node = Json.MAPPER.readTree(Files.readAllBytes(folder.resolve(name)));
            if (node.isObject()) {
                return node;
            }
            problems.add(name + " holds no JSON object.");
        } catch (IOException e) {
            problems.add(name + " cannot be read: " + e.getMessage());
        }
        return MissingNode.getInstance();
    }

    private List<String> lines(String name) {
        try {
            // Programs may print anything; what is not UTF-8 shall not lose the rest.
            String text = new String(Files.readAllBytes(folder.resolve(name)), StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.isBlank()).toList();
        } catch (IOException e) {
            problems.add(name + " cannot be read: " + e.getMessage());
            return List.of();
        }
    }
}
