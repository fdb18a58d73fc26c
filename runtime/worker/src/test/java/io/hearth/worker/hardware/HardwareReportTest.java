package io.hearth.worker.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.worker.process.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a check, from folders as gpu-check.sh leaves them, whole and broken. */
class HardwareReportTest {
    private static final String PASSED_TESTS = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="JUnit Jupiter" tests="2" skipped="0" failures="0" errors="0">
            <testcase name="a()" classname="io.hearth.engine.model.GoldenModelTest" time="0.1"/>
            <testcase name="b()" classname="io.hearth.engine.model.GoldenModelTest" time="0.1">
            <system-out><![CDATA[said]]></system-out>
            </testcase>
            </testsuite>
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void aRunInWhichAllWentWell() throws IOException {
        write("run.tsv", """
                date\t2026-11-27T04:57:12Z
                card\tNVIDIA H100 80GB HBM3, 132 threads, 78.0 of 79.0 GiB free
                library.libcublasLt.so.13\t/x/libcublasLt.so.13.1.1
                """);
        write("steps.tsv", """
                conformance\tpassed\t20\t120\t0\t
                goldens\tpassed\t30\t75\t0\t
                bench-llama-3-8b\tpassed\t90\t150\t0\t
                peer-llama-3-8b\tpassed\t60\t120\t0\t
                """);
        write("conformance.tsv", """
                matmul\tproducts\tBF16\t5\t0.001\t0.004\tPASSED\t[3, 4]\t
                matmul\tviews\tBF16\t5\t0.002\t0.004\tPASSED\t[3, 4]\t
                matmul\tproducts\tF32\t5\t1e-7\t1e-6\tPASSED\t[3, 4]\t
                copy\tbits\tF32\t5\t0.0\t0.0\tPASSED\t[3]\t
                copy\tbits\tF16\t0\t0.0\t0.0\tSKIPPED\t\tnot computed with
                """);
        Files.createDirectory(folder.resolve("goldens"));
        write("goldens/TEST-junit-jupiter.xml", PASSED_TESTS);
        write("bench-llama-3-8b.json", """
                {"complete": true, "shape": "llama-3-8b", "device": {"name": "NVIDIA H100 80GB HBM3"}, "figures": [
                 {"kind": "decode", "name": "decode B=1 at context 512", "sequences": 1, "tokens": 512,
                  "outcome": "measured", "tokensPerSecond": 150.0, "bytesPerSecond": 2.4e12, "bandwidth": 2.5e12},
                 {"kind": "decode", "name": "decode B=256 at context 4096", "sequences": 256, "tokens": 4096,
                  "outcome": "skipped", "why": "It does not fit."},
                 {"kind": "lora", "name": "LoRA training, 4 x 4096 tokens", "sequences": 4, "tokens": 4096,
                  "outcome": "measured", "tokensPerSecond": 13000.0, "flops": 4.4e14, "gemmPeak": 8e14,
                  "ofDataSheet": 0.4447}]}
                """);
        write("peer-llama-3-8b.json", """
                {"complete": true, "shape": "llama-3-8b", "gemmPeak": 8e14, "bandwidth": 3e12, "figures": [
                 {"kind": "decode", "name": "decode B=1 at context 512", "sequences": 1, "tokens": 512,
                  "outcome": "measured", "tokensPerSecond": 100.0, "detail": "sdpa, static cache, CUDA graph"},
                 {"kind": "decode", "name": "decode B=32 at context 512", "sequences": 32, "tokens": 512,
                  "outcome": "measured", "tokensPerSecond": 1.0, "detail": "no partner"},
                 {"kind": "lora", "name": "LoRA training, 1 x 4096 tokens", "sequences": 1, "tokens": 4096,
                  "outcome": "measured", "tokensPerSecond": 8000.0, "detail": "transformers and peft"}]}
                """);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private HardwareReport report() {
        return HardwareReport.of(new RunFolder(folder));
    }

    @Test
    void allThatIsThereIsInTheFile() throws Exception {
        Path file = folder.resolve("hardware.json");
        assertThat(HardwareReportMain.run(folder.toString(), file.toString())).isZero();
        JsonNode json = Json.MAPPER.readTree(file.toFile());
        assertThat(json.get("emulated").asBoolean()).isFalse();
        assertThat(json.has("note")).isFalse();
        assertThat(json.get("outcome").asText()).isEqualTo("passed");
        assertThat(json.get("machine").get("library.libcublasLt.so.13").asText())
                .endsWith("13.1.1");
        assertThat(json.get("steps")).hasSize(4);
        assertThat(json.get("bench").get("llama-3-8b").get("figures")).hasSize(3);
        assertThat(json.get("problems")).isEmpty();
    }

    @Test
    void errorsArePerKernelAndTypeAndThoseNearestToTheirTolerance() {
        assertThat(report().conformance())
                .containsExactly(
                        new KernelErrors("matmul", "BF16", 2, 0, 0.002, 0.004, List.of()),
                        new KernelErrors("matmul", "F32", 1, 0, 1e-7, 1e-6, List.of()),
                        new KernelErrors("copy", "F32", 1, 0, 0, 0, List.of()));
    }

    @Test
    void figuresStandBesideThoseOfThePeerAndTheAims() {
        HardwareReport report = report();
        assertThat(report.comparisons())
                .extracting(Comparison::kind, Comparison::ratio)
                .containsExactly(tuple("decode", 1.5), tuple("lora", 1.625));
        assertThat(report.aims()).extracting(Aim::met).containsExactly(true, false, true);
        assertThat(report.aims().get(1).reached()).isCloseTo(0.4447, within(1e-9));
        // The better bandwidth of both counts: a slow copy of ours must not flatter us.
        assertThat(report.aims().get(2).reached()).isCloseTo(0.8, within(1e-9));
        assertThat(report.summary()).anySatisfy(line -> assertThat(line).contains("ratio 1.63"));
    }

    @Test
    void aFailedCheckFailsItsStepThoughTheProgramEndedWell() throws Exception {
        write("conformance.tsv", "matmul\tproducts\tBF16\t5\t0.1\t0.004\tFAILED\t[3, 4]\tround 0: element 7\n");
        HardwareReport report = report();
        assertThat(report.outcome()).isEqualTo("failed");
        assertThat(report.steps().getFirst().why()).isEqualTo("1 of 1 checks failed.");
        assertThat(report.conformance().getFirst().messages()).containsExactly("products: round 0: element 7");
        assertThat(HardwareReportMain.run(
                        folder.toString(), folder.resolve("hardware.json").toString()))
                .isEqualTo(1);
    }

    @Test
    void aFailedTestIsNamed() throws Exception {
        write("goldens/TEST-junit-jupiter.xml", """
                <testsuite name="x"><testcase name="a()" classname="io.hearth.X"><failure message="
                Expecting 1.0 to be 2.0" type="java.lang.AssertionError">trace</failure></testcase>
                <testcase name="b()" classname="io.hearth.X"><skipped/></testcase></testsuite>
                """);
        HardwareReport report = report();
        assertThat(report.tests())
                .containsExactly(
                        new TestRun("goldens", 0, List.of("X.a(): Expecting 1.0 to be 2.0"), List.of("X.b()")));
        assertThat(report.steps().get(1).outcome()).isEqualTo("failed");
        assertThat(report.steps().get(1).why()).isEqualTo("1 of 1 tests failed, 1 were not run.");
    }

    @Test
    void whatAKillHasCutOffIsAProblemAndTheRestCounts() throws Exception {
        write("steps.tsv", "bench-llama-3-8b\tpassed\t9\t150\t0\t\nbench-ll");
        write("bench-llama-3-8b.json", "{\"complete\": tr");
        write("conformance.tsv", "matmul\tproducts\tBF16\t5\t0.001\t0.004\tPASSED\t[3]\t\nmatmul\tvie");
        Files.delete(folder.resolve("run.tsv"));
        HardwareReport report = report();
        assertThat(report.steps()).hasSize(1);
        assertThat(report.steps().getFirst().outcome()).isEqualTo("failed");
        assertThat(report.steps().getFirst().why()).isEqualTo("Not all of its figures are there.");
        assertThat(report.conformance()).hasSize(1);
        assertThat(report.problems())
                .anySatisfy(problem -> assertThat(problem).startsWith("run.tsv cannot be read"))
                .anySatisfy(problem -> assertThat(problem).startsWith("bench-llama-3-8b.json cannot be read"))
                .anySatisfy(problem -> assertThat(problem).contains("no step: bench-ll"));
    }

    @Test
    void aStepThatWasRunAgainCountsAsItWasTheLastTime() throws Exception {
        write("steps.tsv", "goldens\tfailed\t9\t75\t124\tIt was stopped.\ngoldens\tpassed\t30\t75\t0\t\n");
        assertThat(report().steps()).containsExactly(new Step("goldens", "passed", 30, 75, 0, ""));
    }

    @Test
    void aSkippedStepMakesTheCheckIncompleteNotFailed() throws Exception {
        write(
                "steps.tsv",
                "goldens\tpassed\t3\t75\t0\t\nresume\tskipped\t0\t75\t-1\tNo time was left (--minutes 8).\n");
        assertThat(report().outcome()).isEqualTo("incomplete");
        assertThat(HardwareReportMain.run(
                        folder.toString(), folder.resolve("hardware.json").toString()))
                .isZero();
    }

    @Test
    void aReportOfAnEmulatedCardCannotBeTakenForAnother() throws Exception {
        write("run.tsv", "card\tEmulated card, 16 threads, 4.0 of 4.0 GiB free\n");
        Path file = folder.resolve("hardware.json");
        HardwareReportMain.run(folder.toString(), file.toString());
        assertThat(file).doesNotExist();
        String text = Files.readString(folder.resolve("hardware-emulated.json"));
        JsonNode json = Json.MAPPER.readTree(text);
        assertThat(text.lines().skip(1).findFirst()).contains("  \"emulated\" : true,");
        assertThat(json.get("note").asText()).startsWith("NOT A CARD.");
        assertThat(json.get("comparisons")).isEmpty();
        assertThat(json.get("aims")).isEmpty();
    }

    @Test
    void withoutAFolderThereIsNothingToReport() {
        assertThat(HardwareReportMain.run()).isEqualTo(2);
        assertThat(HardwareReportMain.run(folder.resolve("none").toString(), "x"))
                .isEqualTo(2);
    }
}
