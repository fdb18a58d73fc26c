package io.hearth.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.engine.TestDevice;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training survives SIGKILL at any moment, the writing of a checkpoint included, without a bit of difference. */
class KillAndResumeTest {
    private static final int CHECKPOINT_EVERY = 2;

    @TempDir
    Path folder;

    @BeforeAll
    static void requireDevice() {
        TestDevice.require();
    }

    @Test
    @Tag("card")
    void killedAFewTimesEndsWithTheSameAdapter() throws Exception {
        if (TestDevice.isCard()) {
            killRepeatedly(2, 30);
        } else {
            killRepeatedly(5, 120);
        }
    }

    @Test
    @Tag("long")
    void killedTwentyTimesEndsWithTheSameAdapter() throws Exception {
        killRepeatedly(20, 400);
    }

    private void killRepeatedly(int kills, int steps) throws Exception {
        long seed = System.nanoTime();
        System.out.println("KillAndResumeTest: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Path rows = TinyJobs.rows(folder, 60, 7);
        String expected = runToTheEnd(folder.resolve("whole"), rows, steps);

        Path output = folder.resolve("killed");
        int midWrite = 0;
        for (int kill = 0; kill < kills; kill++) {
            assertThat(runAndKill(output, rows, steps, random, steps / (kills + 2)))
                    .as("kill %d of seed %d came before the end", kill + 1, seed)
                    .isTrue();
            midWrite += hasUnfinishedCheckpoint(output) ? 1 : 0;
        }
        System.out.println(
                "KillAndResumeTest: " + kills + " kills, " + midWrite + " of them while a checkpoint was written");
        assertThat(runToTheEnd(output, rows, steps)).as("seed " + seed).isEqualTo(expected);
    }

    @Test
    void aFullDiskWhileACheckpointIsWrittenEndsWithASentenceAndLosesNothing() throws Exception {
        Path rows = TinyJobs.rows(folder, 60, 7);
        String expected = runToTheEnd(folder.resolve("whole"), rows, 30);

        Path output = folder.resolve("full");
        SplittableRandom random = new SplittableRandom(1);
        assertThat(runAndKill(output, rows, 30, random, 10)).isTrue();
        Process limited = start(output, rows, 30, List.of("bash", "-c", "ulimit -f 4; exec \"$0\" \"$@\""));
        String said = new String(limited.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(limited.waitFor()).isNotZero();
        assertThat(said).contains("JobException: The checkpoint after step").contains("could not be written");
        try (var entries = Files.list(output.resolve("checkpoints"))) {
            assertThat(entries).allMatch(path -> Files.isRegularFile(path.resolve("state.json")));
        }
        assertThat(runToTheEnd(output, rows, 30)).isEqualTo(expected);
    }

    private static boolean hasUnfinishedCheckpoint(Path output) throws IOException {
        Path checkpoints = output.resolve("checkpoints");
        if (!Files.isDirectory(checkpoints)) {
            return false;
        }
        try (var entries = Files.list(checkpoints)) {
            return entries.anyMatch(path -> path.getFileName().toString().contains(".tmp-"));
        }
    }

    /** Lets the process go a random number of steps, and a random moment further, and kills it. */
    private static boolean runAndKill(Path output, Path rows, int steps, SplittableRandom random, int mostSteps)
            throws Exception {
        Process process = start(output, rows, steps);
        int limit = 1 + random.nextInt(mostSteps);
        try (BufferedReader lines = process.inputReader()) {
            int seen = 0;
            String line;
            while (seen < limit && (line = lines.readLine()) != null) {
                seen += line.startsWith("step ") ? 1 : 0;
            }
            boolean running = process.isAlive();
            TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
            process.destroyForcibly().waitFor();
            return running;
        }
    }

    private static String runToTheEnd(Path output, Path rows, int steps) throws Exception {
        Process process = start(output, rows, steps);
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = process.inputReader()) {
            reader.lines().forEach(lines::add);
        }
        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        return lines.getLast();
    }

    private static Process start(Path output, Path rows, int steps) throws IOException {
        return start(output, rows, steps, List.of());
    }

    private static Process start(Path output, Path rows, int steps, List<String> prefix) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Dhearth.test.device=" + TestDevice.id(),
                "-cp",
                System.getProperty("java.class.path"),
                TrainingProcess.class.getName(),
                output.toString(),
                rows.toString(),
                Integer.toString(steps),
                Integer.toString(CHECKPOINT_EVERY)));
        ProcessBuilder builder = new ProcessBuilder(command);
        return prefix.isEmpty()
                ? builder.redirectError(ProcessBuilder.Redirect.INHERIT).start()
                : builder.start();
    }
}
