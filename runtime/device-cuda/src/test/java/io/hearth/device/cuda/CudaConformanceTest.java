package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.conformance.ConformanceCommand;
import io.hearth.device.conformance.ConformanceKit;
import io.hearth.device.conformance.ConformanceReport;
import io.hearth.device.conformance.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The kernels of CUDA cards against the references, run on the emulated card. What is true of a kernel whatever the order of
 * its threads is looked at under several orders.
 */
class CudaConformanceTest {
    @BeforeEach
    void require() {
        Stand.require();
    }

    @AfterEach
    void usual() {
        EmulatedCard.schedule(EmulatedCard.Schedule.FORWARD, 1);
        EmulatedCard.set("HEARTH_EMULATED_CAPABILITY", "90");
        EmulatedCard.set("HEARTH_EMULATED_MULTIPROCESSORS", "16");
    }

    private static ConformanceReport run(EmulatedCard.Schedule schedule, int seed, int rounds) {
        EmulatedCard.schedule(schedule, seed);
        try (CudaDevice device = EmulatedCard.open()) {
            ConformanceReport report = ConformanceKit.run(
                    device, ConformanceKit.Options.standard().withRounds(rounds).withSeed(20260101 + seed));
            assertThat(report.outcome())
                    .as("schedule %s, seed %d%n%s%n%s", schedule, seed, report.table(), EmulatedCard.failure())
                    .isEqualTo(Outcome.PASSED);
            return report;
        }
    }

    @Test
    void kernelsConformWithThreadsInOrder() {
        System.out.println(run(EmulatedCard.Schedule.FORWARD, 0, 5).table());
    }

    @ParameterizedTest
    @EnumSource(
            value = EmulatedCard.Schedule.class,
            names = {"BACKWARD", "SHUFFLED", "WARPS_FORWARD", "WARPS_BACKWARD"})
    void kernelsConformInOtherOrders(EmulatedCard.Schedule schedule) {
        run(schedule, 1, 2);
    }

    @Test
    void everyAccessIsInPlaceAlignedAndOrdered() {
        childConforms(CardBuild.of("checked"), Map.of(), 2);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(EmulatedCard.Schedule.class)
    void kernelsConformOnManyShapesInAllOrders(EmulatedCard.Schedule schedule) {
        for (int seed = 1; seed <= 3; seed++) {
            run(schedule, seed, 10);
        }
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({"80, 108", "86, 84", "89, 142", "90, 132", "90, 1"})
    void kernelsConformForOtherCards(int capability, int multiprocessors) {
        EmulatedCard.set("HEARTH_EMULATED_CAPABILITY", Integer.toString(capability));
        EmulatedCard.set("HEARTH_EMULATED_MULTIPROCESSORS", Integer.toString(multiprocessors));
        run(EmulatedCard.Schedule.FORWARD, multiprocessors, 5);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(EmulatedCard.Schedule.class)
    void everyAccessOnManyShapesIsInPlaceAlignedAndOrdered(EmulatedCard.Schedule schedule) {
        childConforms(CardBuild.of("checked"), order(schedule), 8);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(
            value = EmulatedCard.Schedule.class,
            names = {"FORWARD", "WARPS_BACKWARD"})
    void addressSanitizerFindsNothing(EmulatedCard.Schedule schedule) {
        childConforms(CardBuild.of("asan"), addressSanitizer(order(schedule)), 3);
    }

    @Tag("long")
    @Test
    void addressSanitizerFindsWhatRunsOverTheEndOfAVariable(@TempDir Path scratch) throws IOException {
        Fault fault = new Fault(
                "tooSmall",
                "optimizer.cu",
                "optimizer.cu",
                "__shared__ double shared[32];",
                "__shared__ double shared[2];",
                "squaredNorm",
                "",
                "");
        CardBuild build = CardBuild.of("asan");
        ChildProcess child = ChildProcess.run(
                addressSanitizer(Map.of()),
                build.javaOptions(),
                FaultRun.class,
                build.library(fault, scratch).toString(),
                fault.kernel());
        assertThat(child.output())
                .contains("AddressSanitizer: global-buffer-overflow")
                .contains("optimizer.cu");
    }

    private static Map<String, String> order(EmulatedCard.Schedule schedule) {
        return Map.of("HEARTH_EMULATOR_ORDER", Integer.toString(schedule.ordinal()));
    }

    /** AddressSanitizer's library comes first in the process, and leaves to Java the signals that Java uses. */
    private static Map<String, String> addressSanitizer(Map<String, String> environment) {
        try {
            Process compiler = new ProcessBuilder("g++", "-print-file-name=libasan.so").start();
            String library = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            assertThat(Files.exists(Path.of(library))).as(library).isTrue();
            Map<String, String> all = new HashMap<>(environment);
            all.put("LD_PRELOAD", library);
            all.put("ASAN_OPTIONS", "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0");
            return all;
        } catch (IOException e) {
            throw new AssertionError("the compiler could not be asked for AddressSanitizer's library", e);
        }
    }

    private static void childConforms(CardBuild build, Map<String, String> environment, int rounds) {
        ChildProcess child = ChildProcess.run(
                environment,
                build.javaOptions(),
                ConformanceCommand.class,
                "cuda:0",
                "--rounds",
                Integer.toString(rounds));
        assertThat(child.status()).as(child.output()).isZero();
        assertThat(child.output()).contains("Result: passed");
    }
}
