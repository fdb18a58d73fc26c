package io.hearth.device.cuda.nccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hearth.device.conformance.ExchangeCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks are processes, each on an emulated card of its own, over the stand-in for NCCL. */
@Timeout(120)
class NcclCollectiveTest {
    private static final Path LIBRARIES = Path.of("target/emulated-card/lib").toAbsolutePath();
    private static final int LONG = 60_000;

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();

    @BeforeAll
    static void needsTheStandIn() {
        assumeTrue(Files.exists(LIBRARIES.resolve("libnccl.so.2")), "the emulated card was not built");
    }

    @AfterEach
    void endAll() {
        processes.forEach(Process::destroyForcibly);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void everyCallGivesThePlainResult(int size) throws Exception {
        for (int rank = 0; rank < size; rank++) {
            start(rank, size, LONG, false, Map.of());
        }
        for (Process process : processes) {
            assertThat(rest(process).getLast()).endsWith("done");
        }
    }

    @Test
    void aKilledRankEndsTheOthersWhereNcclNoticesIt() throws Exception {
        killed(Map.of());
    }

    @Test
    void aKilledRankEndsTheOthersWhereNcclNoticesNothing() throws Exception {
        killed(Map.of("HEARTH_NCCL_SILENT", "1"));
    }

    private void killed(Map<String, String> environment) throws Exception {
        for (int rank = 0; rank < 3; rank++) {
            start(rank, 3, LONG, true, environment);
        }
        awaitRound(processes.get(0));
        processes.get(1).destroyForcibly();
        for (int other : new int[] {0, 2}) {
            List<String> lines = rest(processes.get(other));
            assertThat(lines.getLast())
                    .startsWith("rank " + other + ": failed: Rank " + other + " cannot finish ")
                    .endsWith("rank 1 has ended.");
        }
    }

    @Test
    void aRankThatHangsIsWaitedForAsLongAsWasSaid() throws Exception {
        for (int rank = 0; rank < 3; rank++) {
            start(rank, 3, 2_000, true, Map.of());
        }
        awaitRound(processes.get(0));
        new ProcessBuilder("kill", "-STOP", Long.toString(processes.get(2).pid()))
                .start()
                .waitFor();
        for (int other : new int[] {0, 1}) {
            List<String> lines = rest(processes.get(other));
            assertThat(lines.getLast())
                    .startsWith("rank " + other + ": failed: Rank " + other + " cannot finish ")
                    // Whoever is first to lose patience ends, and is missed by the other one.
                    .containsAnyOf(
                            "it has waited 2 s for the other ranks", "rank " + (1 - other) + " has left the group");
        }
    }

    @Test
    void aRankThatNeverComesIsWaitedForAsLongAsWasSaid() throws Exception {
        Process first = start(0, 2, 1_000, true, Map.of());
        assertThat(rest(first))
                .containsExactly(
                        "rank 0: failed: Rank 0 cannot finish joining the group: it has waited 1 s for the other ranks. "
                                + "One of them hangs or makes other calls.");

        Process second = start(1, 2, 1_000, true, Map.of());
        assertThat(rest(second))
                .last()
                .asString()
                .isEqualTo("rank 1: failed: Rank 1 cannot join the group: rank 0 has left the group.");
    }

    @Test
    void aFolderServesOneGroup() throws Exception {
        Process first = start(0, 1, LONG, false, Map.of());
        assertThat(rest(first).getLast()).endsWith("done");
        Process again = start(0, 1, LONG, false, Map.of());
        assertThat(rest(again)).last().asString().contains("needs a folder of its own");
    }

    private static void awaitRound(Process process) throws IOException {
        BufferedReader lines = process.inputReader();
        String line;
        while ((line = lines.readLine()) != null && !line.contains("round")) {
            assertThat(line).doesNotContain("failed");
        }
        assertThat(line).isNotNull();
    }

    private static List<String> rest(Process process) throws Exception {
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(lines).isNotEmpty();
        return lines;
    }

    private Process start(int rank, int size, int patienceMillis, boolean forever, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                ExchangeCommand.class.getName(),
                "--rank",
                Integer.toString(rank),
                "--of",
                Integer.toString(size),
                "--meet",
                folder.toString(),
                "--patience",
                Integer.toString(patienceMillis),
                "cuda:" + rank);
        if (forever) {
            builder.command().add("--forever");
        }
        builder.environment().putAll(environment);
        builder.environment().put("HEARTH_CUDA_LIBRARIES", LIBRARIES.toString());
        builder.environment().put("HEARTH_EMULATED_CARDS", Integer.toString(size));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(process);
        return process;
    }
}
