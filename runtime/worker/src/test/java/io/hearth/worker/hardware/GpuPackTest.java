package io.hearth.worker.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.worker.process.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The pack for machines with a card, made for real and run as it would be there: with nothing of ours around it. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class GpuPackTest {
    private static final Path SOURCES =
            Path.of("src/main/pack").toAbsolutePath().normalize();
    private static final Path EMULATED_CARD =
            Path.of("../device-cuda/target/emulated-card/lib").toAbsolutePath().normalize();
    private static final long MOST_BYTES = 60_000_000;

    @TempDir
    static Path folder;

    private static Path pack;

    private record Ended(int code, String text) {}

    @BeforeAll
    static void make() throws Exception {
        pack = folder.resolve("pack");
        Ended made = run(
                Files.createDirectory(folder.resolve("making")),
                Map.of("JAVA_HOME", System.getProperty("java.home")),
                SOURCES.resolve("gpu-pack.sh").toString(),
                "--folder",
                pack.toString());
        assertThat(made.code()).as(made.text()).isZero();
    }

    @Test
    void withoutADriverItSaysSoAndTouchesNothing() throws Exception {
        assumeTrue(Stream.of("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/local/nvidia/lib64")
                .noneMatch(place -> Files.exists(Path.of(place, "libcuda.so.1"))));
        Path here = Files.createDirectory(folder.resolve("bare"));
        Path temporary = Files.createDirectory(folder.resolve("bare-tmp"));
        Ended ended = check(here, Map.of("TMPDIR", temporary.toString()));
        assertThat(ended.code()).as(ended.text()).isEqualTo(3);
        assertThat(ended.text())
                .contains("cpu:0")
                .endsWith("gpu-check: no NVIDIA driver was found on this machine, so nothing was run.\n");
        assertThat(here).isEmptyDirectory();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void aWrongOptionIsASentence() throws Exception {
        Path here = Files.createDirectory(folder.resolve("wrong"));
        Ended ended = check(here, Map.of(), "--fast");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.text())
                .isEqualTo("There is no option \"--fast\". \"gpu-check.sh --help\" tells how it is used.\n");
        assertThat(check(here, Map.of(), "--help").text()).contains("--only", "Exit status: 0");
        assertThat(here).isEmptyDirectory();
    }

    @Test
    void onAnEmulatedCardItMeasuresAndMarksTheReport() throws Exception {
        JsonNode report = emulated("bench", "--quick", "--only", "doctor,bench-tiny,peer-tiny");
        assertThat(report.get("steps").findValuesAsText("outcome")).containsExactly("passed", "passed", "skipped");
        assertThat(report.get("bench").get("tiny").get("figures").findValuesAsText("kind"))
                .containsExactly("load", "load", "prefill", "decode", "decode", "lora");
    }

    @Test
    @Tag("long")
    void allOfAQuickCheckPassesOnAnEmulatedCard() throws Exception {
        JsonNode report = emulated("quick", "--quick", "--only", "doctor,conformance,goldens,resume,job,bench-tiny");
        assertThat(report.get("outcome").asText()).isEqualTo("passed");
        assertThat(report.get("conformance").findValuesAsText("kernel")).contains("matmul", "pagedAttention", "lora");
        assertThat(report.get("tests").get(0).get("passed").asInt()).isGreaterThan(30);
    }

    private static JsonNode emulated(String name, String... options) throws Exception {
        assumeTrue(Files.exists(EMULATED_CARD.resolve("libcuda.so.1")), "the emulated card was not built");
        Path here = Files.createDirectory(folder.resolve(name));
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--output", "out"));
        Ended ended =
                check(here, Map.of("HEARTH_CUDA_LIBRARIES", EMULATED_CARD.toString()), all.toArray(String[]::new));
        assertThat(ended.code()).as(ended.text()).isZero();
        assertThat(here.resolve("out/hardware.json")).doesNotExist();
        assertThat(here.resolve("out/logs.tar.gz")).exists();
        JsonNode report =
                Json.MAPPER.readTree(here.resolve("out/hardware-emulated.json").toFile());
        assertThat(report.get("emulated").asBoolean()).isTrue();
        return report;
    }

    @Test
    @Tag("long")
    void itIsSmallAndTheSameEveryTime() throws Exception {
        List<String> hashes = new ArrayList<>();
        for (String name : List.of("one.tar.xz", "two.tar.xz")) {
            Path archive = folder.resolve(name);
            Ended made = run(
                    folder.resolve("making"),
                    Map.of("JAVA_HOME", System.getProperty("java.home")),
                    SOURCES.resolve("gpu-pack.sh").toString(),
                    "--output",
                    archive.toString());
            assertThat(made.code()).as(made.text()).isZero();
            assertThat(Files.size(archive)).isLessThan(MOST_BYTES);
            hashes.add(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(archive))));
            assertThat(made.text()).contains(hashes.getLast());
        }
        assertThat(hashes.get(0)).isEqualTo(hashes.get(1));
    }

    private static Ended check(Path here, Map<String, String> environment, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(pack.resolve("gpu-check.sh").toString()));
        command.addAll(List.of(options));
        return run(here, environment, command.toArray(String[]::new));
    }

    /** With an environment that holds nothing but a short path and what is given. */
    private static Ended run(Path here, Map<String, String> environment, String... script)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/env", "-i", "PATH=/usr/bin:/bin"));
        environment.forEach((name, value) -> command.add(name + "=" + value));
        command.add("bash");
        command.addAll(List.of(script));
        Process process = new ProcessBuilder(command)
                .directory(here.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), text);
    }
}
