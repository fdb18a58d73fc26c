package io.hearth.device.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.hearth.device.ArrayDevice;
import io.hearth.device.CheckedKernels;
import io.hearth.device.Kernels;
import io.hearth.device.PlanningDevice;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceKitTest {
    private static final ConformanceKit.Options TWO_ROUNDS =
            ConformanceKit.Options.standard().withRounds(2);

    @Test
    void everyKernelHasACheck() {
        Set<String> checked =
                ConformanceKit.checks().stream().map(Check::kernel).collect(Collectors.toSet());
        Set<String> kernels =
                Arrays.stream(Kernels.class.getMethods()).map(Method::getName).collect(Collectors.toSet());
        assertThat(checked).containsExactlyInAnyOrderElementsOf(kernels);
    }

    @Test
    void aDeviceThatDoesNothingFailsForEveryKernel() {
        ArrayDevice idle = new ArrayDevice(new CheckedKernels(PlanningDevice.idleKernels()));
        ConformanceReport report = ConformanceKit.run(idle, TWO_ROUNDS);
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        Set<String> failed = report.failures().stream().map(CheckResult::kernel).collect(Collectors.toSet());
        Set<String> kernels =
                Arrays.stream(Kernels.class.getMethods()).map(Method::getName).collect(Collectors.toSet());
        assertThat(failed).containsExactlyInAnyOrderElementsOf(kernels);
        assertThat(report.table()).contains("--seed " + TWO_ROUNDS.seed(), "FAILED attentionGrad");
    }

    @Test
    void whatADeviceDoesNotComputeWithIsSkippedAndSaysSo() {
        ConformanceReport report = ConformanceKit.run(new ArrayDevice(), TWO_ROUNDS.withKernel("fill"));
        assertThat(report.results())
                .filteredOn(result -> result.outcome() == Outcome.SKIPPED)
                .extracting(CheckResult::type, CheckResult::message)
                .containsExactly(
                        tuple("BF16", "the device does not compute with BF16"),
                        tuple("F16", "the device does not compute with F16"));
    }

    @Test
    void anAbsentDeviceIsSkippedByNameAndNotPassed() {
        ConformanceReport report = ConformanceKit.run("cuda:0", TWO_ROUNDS);
        assertThat(report.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(report.table()).contains("cuda:0, which is absent");
        assertThat(ConformanceCommand.run("cuda:0")).isEqualTo(2);
        assertThat(ConformanceCommand.run()).isEqualTo(2);
        assertThat(ConformanceCommand.run("cuda:0", "--seed")).isEqualTo(2);
    }

    @Test
    void everyResultIsALineOfItsOwnInAFile(@TempDir Path folder) throws Exception {
        Path lines = folder.resolve("lines");
        assertThat(ConformanceCommand.run("cuda:0", "--lines", lines.toString()))
                .isEqualTo(2);
        assertThat(Files.readAllLines(lines))
                .singleElement()
                .satisfies(line -> assertThat(line.split("\t", -1)).hasSize(9).contains("SKIPPED"));
        CheckResult result = new CheckResult("k", "c", "F32", 3, 1e-7, 2e-6, Outcome.FAILED, "[2, 3]", "a\n\tb");
        assertThat(result.line()).isEqualTo("k\tc\tF32\t3\t1.0E-7\t2.0E-6\tFAILED\t[2, 3]\ta b");
    }
}
