package io.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.worker.event.EventFolder;
import io.hearth.worker.event.EventReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code evaluate} and {@code merge} as the agent starts them, on a short fine-tune of the starter model. */
@Timeout(240)
class EvaluateCommandTest {
    private static final Path STARTER =
            Path.of("../starter/model").toAbsolutePath().normalize();
    private static final Path SAMPLE =
            Path.of("../starter/sample").toAbsolutePath().normalize();
    private static final int ROWS = 12;

    @TempDir
    static Path folder;

    private static WorkerRun run;
    private static List<Event.Answered> answered;

    @BeforeAll
    static void trainAndEvaluate() throws Exception {
        Path job = Files.writeString(folder.resolve("job.json"), """
                {"base": "%s", "data": {"train": "%s"}, "output": "out",
                 "recipe": {"maxSteps": 30, "batchTokens": 768, "learningRate": 5e-3, "dtype": "f32"}}
                """.formatted(STARTER, SAMPLE.resolve("train.jsonl")));
        assertThat(WorkerRun.of("train", job.toString()).exitCode()).isEqualTo(ExitCode.DONE);
        run = WorkerRun.of("evaluate", task("whole", SAMPLE.resolve("heldout.jsonl"), ROWS));
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.DONE);
        answered = answered(run.events());
    }

    @Test
    void answersEveryRowWithBothModelsAndEndsWithTheMeans() {
        assertThat(answered.stream().map(Event.Answered::index).sorted())
                .containsExactlyElementsOf(
                        Stream.iterate(0, i -> i + 1).limit(ROWS).toList());
        assertThat(answered).allSatisfy(row -> {
            assertThat(row.rows()).isEqualTo(ROWS);
            assertThat(row.prompt()).isNotBlank();
            assertThat(row.base().text()).isNotNull();
            assertThat(row.tuned().loss()).isLessThan(row.base().loss());
        });
        Event.Done done = run.first(Event.Done.class).orElseThrow();
        assertThat(done.metrics()).containsEntry("rows", (double) ROWS);
        assertThat(done.metrics().get("tunedF1"))
                .isCloseTo(mean(answered, row -> row.tuned().f1()), Offset.offset(1e-9));
        assertThat(done.metrics().get("baseLoss"))
                .isCloseTo(mean(answered, row -> row.base().loss()), Offset.offset(1e-9));
        assertThat(done.metrics().get("tunedF1")).isGreaterThan(done.metrics().get("baseF1"));
    }

    @Test
    void whatIsServedIsWhatWasTrained() {
        Event.ParityChecked checked = run.first(Event.ParityChecked.class).orElseThrow();
        assertThat(checked.same()).as(checked.difference()).isTrue();
        assertThat(checked.prompts()).isEqualTo(4);
        assertThat(checked.tokens()).isGreaterThan(4);
    }

    @Test
    void lossesAreThoseThatScoreTells() throws Exception {
        // A row of tokens says which of them count: here all after the first, as in the command score.
        Path tokens = Files.writeString(folder.resolve("tokens.jsonl"), "{\"input_ids\": [40, 50, 60, 70, 80]}\n");
        WorkerRun evaluated = WorkerRun.of("evaluate", task("tokens", tokens, 1));
        Event.Answered row = answered(evaluated.events()).getFirst();
        assertThat(row.base().text()).isNull();
        assertThat(row.base().f1()).isZero();
        assertThat(evaluated.first(Event.Done.class).orElseThrow().metrics())
                .containsEntry("rows", 1.0)
                .containsEntry("answered", 0.0)
                .doesNotContainKey("baseF1");

        Path ids = Files.writeString(folder.resolve("ids.json"), "{\"input_ids\": [[40, 50, 60, 70, 80]]}");
        assertThat(row.base().loss()).isCloseTo(score(ids, STARTER), Offset.offset(1e-5));
        assertThat(row.tuned().loss())
                .isCloseTo(score(ids, STARTER, "--adapter", adapter().toString()), Offset.offset(1e-5));
    }

    @Test
    void whatAKilledAttemptHasAnsweredIsNotAskedAgain() throws Exception {
        String task = task("killed", SAMPLE.resolve("heldout.jsonl"), ROWS);
        Path output = folder.resolve("killed");
        Files.createDirectories(output);
        List<String> lines = Files.readAllLines(folder.resolve("whole/answers.jsonl"));
        String kept = lines.get(0) + "\n" + lines.get(1).replace("\"text\":\"", "\"text\":\"kept ") + "\n";
        Files.writeString(output.resolve("answers.jsonl"), kept + lines.get(2).substring(0, 40));

        Path events = folder.resolve("killed-events");
        WorkerRun again = WorkerRun.of("evaluate", task, "--events", events.toString());

        assertThat(again.exitCode()).as(again.err()).isEqualTo(ExitCode.DONE);
        assertThat(again.out()).isEmpty();
        List<Event.Answered> told = answered(read(events));
        assertThat(told).hasSize(ROWS);
        int edited = new ObjectMapper().readTree(lines.get(1)).get("index").asInt();
        assertThat(told)
                .filteredOn(row -> row.index() == edited)
                .allSatisfy(row -> assertThat(row.base().text()).startsWith("kept "));
        assertThat(Files.readString(output.resolve("answers.jsonl"))).startsWith(kept);
        assertThat(Files.readAllLines(output.resolve("answers.jsonl"))).hasSize(ROWS);
        assertThat(told.stream().filter(row -> row.index() != edited))
                .containsExactlyInAnyOrderElementsOf(
                        answered.stream().filter(row -> row.index() != edited).toList());
    }

    @Test
    void stopsOnSigtermSoThatItCanGoOn() throws Exception {
        Path events = folder.resolve("stopped-events");
        String task = task("stopped", SAMPLE.resolve("heldout.jsonl"), 200);
        Process process = WorkerRun.start(folder, List.of("evaluate", task, "--events", events.toString()));
        while (read(events).stream()
                .noneMatch(event -> event instanceof Event.Phase(String phase, String _) && phase.equals("score"))) {
            assertThat(process.isAlive()).isTrue();
            Thread.sleep(10);
        }
        process.destroy();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ExitCode.RESUMABLE);
        assertThat(read(events).getLast()).isInstanceOf(Event.Stopped.class);
    }

    @Test
    void aMergedModelScoresLikeItsPartsAndCarriesItsLineage() throws Exception {
        Path task = Files.writeString(folder.resolve("merge.json"), """
                {"base": "%s", "adapter": "out/adapter", "output": "merged", "device": "cpu:0"}
                """.formatted(STARTER));
        WorkerRun merged = WorkerRun.of("merge", task.toString());
        assertThat(merged.exitCode()).as(merged.out() + merged.err()).isEqualTo(ExitCode.DONE);
        Path output = folder.resolve("merged");
        assertThat(merged.first(Event.Done.class).orElseThrow().output()).isEqualTo(output.toString());
        assertThat(output.resolve("tokenizer.json")).hasSameBinaryContentAs(STARTER.resolve("tokenizer.json"));
        assertThat(output.resolve("lineage.json"))
                .hasSameBinaryContentAs(adapter().resolve("lineage.json"));

        Path ids = Files.writeString(folder.resolve("merged-ids.json"), "{\"input_ids\": [[40, 50, 60, 70, 80]]}");
        double parts = score(ids, STARTER, "--adapter", adapter().toString());
        // The starter model is bf16: the sum is rounded.
        double effect = Math.abs(score(ids, STARTER) - parts);
        assertThat(score(ids, output)).isCloseTo(parts, Offset.offset(effect / 2));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.contains(".tmp-"));
        }
    }

    @Test
    void aTaskThatCannotBeIsASentence() throws Exception {
        Path task = Files.writeString(folder.resolve("bad.json"), """
                {"base": "%s", "rows": "missing.jsonl", "output": "bad", "maxRows": 0}""".formatted(STARTER));
        WorkerRun bad = WorkerRun.of("evaluate", task.toString());
        assertThat(bad.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(bad.first(Event.Failed.class).orElseThrow().reason())
                .contains("\"adapter\" is missing", "missing.jsonl", "\"maxRows\" is 0");
    }

    private static String task(String output, Path rows, int most) throws IOException {
        return Files.writeString(folder.resolve(output + ".json"), """
                {"base": "%s", "adapter": "out/adapter", "rows": "%s", "maxRows": %d, "maxTokens": 12,
                 "parityPrompts": 4, "dtype": "f32", "output": "%s"}""".formatted(STARTER, rows, most, output))
                .toString();
    }

    private static Path adapter() {
        return folder.resolve("out/adapter");
    }

    private static double score(Path ids, Path model, String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("score", "--model", model.toString(), "--tokens", ids.toString()));
        arguments.addAll(List.of(more));
        WorkerRun scored = WorkerRun.of(arguments.toArray(String[]::new));
        JsonNode json = new ObjectMapper().readTree(scored.out());
        return json.get("mean").asDouble();
    }

    private static List<Event> read(Path events) throws IOException {
        List<Event> all = new ArrayList<>();
        if (Files.isDirectory(events)) {
            for (Path segment : EventFolder.segments(events)) {
                Files.readString(segment)
                        .lines()
                        .forEach(line -> EventReader.read(line).ifPresent(all::add));
            }
        }
        return all;
    }

    private static List<Event.Answered> answered(List<Event> events) {
        return events.stream()
                .filter(Event.Answered.class::isInstance)
                .map(Event.Answered.class::cast)
                .toList();
    }

    private static double mean(List<Event.Answered> rows, java.util.function.ToDoubleFunction<Event.Answered> value) {
        return rows.stream().mapToDouble(value).average().orElseThrow();
    }
}
