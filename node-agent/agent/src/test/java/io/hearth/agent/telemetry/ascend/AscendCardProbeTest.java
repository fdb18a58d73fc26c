package io.hearth.agent.telemetry.ascend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.hearth.agent.testing.StandInNpus;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AscendCardProbeTest {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

    @TempDir
    Path folder;

    private static AscendCardProbe probe(StandInNpus npus) {
        return new AscendCardProbe(List.of(npus.library()), Optional.empty(), null, Clock.systemUTC());
    }

    @Test
    void aMachineWithoutDriverHasNoCards() {
        try (AscendCardProbe probe =
                new AscendCardProbe(List.of(folder.resolve("none")), Optional.empty(), null, Clock.systemUTC())) {
            assertThat(probe.cards()).isEmpty();
            assertThat(probe.sample()).isEmpty();
            assertThat(probe.incidents()).isEmpty();
            assertThat(threads()).isEmpty();
        }
    }

    @Test
    void cardsAreListedMeasuredAndLetGo() throws Exception {
        StandInNpus npus = StandInNpus.in(folder).set("chips", 3).set("chip2.load", 0.5);
        try (AscendCardProbe probe = probe(npus)) {
            assertThat(probe.cards()).extracting(CardInfo::id).containsExactly("ascend:0", "ascend:1", "ascend:2");
            until(() -> probe.sample().size() == 3);
            assertThat(byCard(probe).get("ascend:2").utilisation()).isEqualTo(0.5);
            assertThat(threads()).hasSize(3);
            npus.set("chip2.load", 0.25);
            until(() -> byCard(probe).get("ascend:2").utilisation() == 0.25);
        }
        until(() -> threads().isEmpty());
    }

    @Test
    void faultsAreHeardExplainedAndCounted() throws Exception {
        StandInNpus npus = StandInNpus.in(folder).set("chips", 2);
        try (AscendCardProbe probe = probe(npus)) {
            until(() -> probe.sample().size() == 2);
            assertThat(npus.report()).isEqualTo("subscribed\n");
            // Told by the driver: twice the same, one that is over at once, one that is unknown.
            npus.set("chip1.events", "1:80CB800A:2:1 2:80CB800A:2:1 3:80C98008:0:2 4:80121212:1:3");
            until(() -> probe.incidents().size() == 2);
            assertThat(probe.incidents())
                    .extracting(
                            CardIncident::card, incident -> incident.finding().code(), CardIncident::count)
                    .containsExactly(tuple("ascend:1", "npu.core-time", 2), tuple("ascend:1", "npu.other-said", 1));
            assertThat(probe.incidents().getLast().finding().words()).contains("event 80121212 of the stand-in");
            assertThat(codes(probe, "ascend:1")).containsExactly("npu.core-time", "npu.other-said");
            assertThat(codes(probe, "ascend:0")).isEmpty();
            // Only listed.
            npus.set("chip0.errors", "80E18402");
            until(() -> codes(probe, "ascend:0").equals(List.of("npu.hbm-used-up")));
            assertThat(probe.incidents().getLast().finding().code()).isEqualTo("npu.hbm-used-up");
            // What the chip does not list any more keeps no work away.
            npus.set("chip0.errors", "");
            until(() -> codes(probe, "ascend:0").isEmpty());
        }
    }

    @Test
    void whatTheDriverTellsAfterTheEndIsNotListenedTo() throws Exception {
        StandInNpus npus = StandInNpus.in(folder);
        AscendCardProbe probe = probe(npus);
        probe.close();
        npus.set("chip0.events", "1:80CB800A:2:1");
        Thread.sleep(200);
        assertThat(probe.incidents()).isEmpty();
    }

    @Test
    void cardsAreNumberedAsProgramsNumberThem() throws Exception {
        StandInNpus npus = StandInNpus.in(folder).set("chips", 3);
        try (AscendCardProbe probe =
                new AscendCardProbe(List.of(npus.library()), Optional.empty(), "2, 0,x,1", Clock.systemUTC())) {
            assertThat(probe.cards())
                    .extracting(CardInfo::id, CardInfo::hardwareId)
                    .containsExactly(
                            tuple("ascend:1", "0000:c1:00.0"),
                            tuple("ascend:3", "0000:c2:00.0"),
                            tuple("ascend:0", "0000:c3:00.0"));
            npus.set("chip2.events", "1:80CB800A:2:1");
            until(() -> probe.incidents().size() == 1);
            assertThat(probe.incidents().getFirst().card()).isEqualTo("ascend:0");
        }
    }

    @Test
    void aCardThatIsLostFromTheStartIsListed() throws Exception {
        try (AscendCardProbe probe =
                probe(StandInNpus.in(folder).set("chips", 2).set("chip0.lost", 1))) {
            assertThat(probe.cards()).extracting(CardInfo::id).containsExactlyInAnyOrder("ascend:0", "ascend:1");
            until(() -> probe.sample().size() == 2);
            assertThat(codes(probe, "ascend:0")).containsExactly("lost");
            assertThat(codes(probe, "ascend:1")).isEmpty();
        }
    }

    @Test
    void aDriverThatDoesNotAnswerHoldsUpNobody() throws Exception {
        StandInNpus npus = StandInNpus.in(folder).set("chips", 2);
        try (AscendCardProbe probe = probe(npus)) {
            until(() -> probe.sample().size() == 2);
            npus.set("chip0.stall", 8_000);
            until(() -> codes(probe, "ascend:0").equals(List.of("silent")));
            assertThat(codes(probe, "ascend:1")).isEmpty();
            npus.set("chip0.stall", 0);
            until(() -> codes(probe, "ascend:0").isEmpty());
        }
    }

    @Test
    void whereTheLibraryMayNotBeUsedTheCommandIsAsked() throws Exception {
        StandInNpus npus = StandInNpus.in(folder).set("permitted", 0);
        Path table = folder.resolve("table.txt");
        table("a3", table);
        Path command = command("cat '" + table + "'");
        try (AscendCardProbe probe =
                new AscendCardProbe(List.of(npus.library()), Optional.of(command), null, Clock.systemUTC())) {
            assertThat(probe.cards())
                    .extracting(CardInfo::id, CardInfo::model, CardInfo::hardwareId, CardInfo::driver)
                    .containsExactly(
                            tuple("ascend:0", "Ascend910", "0000:9d:00.0", "26.0.rc2"),
                            tuple("ascend:1", "Ascend910", "0000:9f:00.0", "26.0.rc2"),
                            tuple("ascend:2", "Ascend910", "0000:99:00.0", "26.0.rc2"),
                            tuple("ascend:3", "Ascend910", "0000:9b:00.0", "26.0.rc2"));
            CardSample second = byCard(probe).get("ascend:1");
            assertThat(second.memoryUsedBytes()).isEqualTo(2874L << 20);
            assertThat(second.powerWatts()).isNull();
            assertThat(second.processes()).extracting(CardSample.Process::pid).containsExactly(1001L, 101L);
            assertThat(codes(probe, "ascend:1")).containsExactly("npu.health.major");
            assertThat(codes(probe, "ascend:0")).isEmpty();
            // Half of the cards are gone.
            Files.writeString(table, Files.readString(table).replaceAll("(?s)\\| 1     Ascend910.*?\\+===", "+==="));
            until(() -> codes(probe, "ascend:3").equals(List.of("lost")));
            assertThat(probe.cards()).hasSize(4);
        }
        until(() -> threads().isEmpty());
    }

    @Test
    void aCommandThatFailsOrHangsIsNoCards() throws Exception {
        NpuSmi hangs = new NpuSmi(command("exec sleep 60"), 300);
        org.assertj.core.api.Assertions.assertThatThrownBy(hangs::info).hasMessageContaining("has not answered within");
        NpuSmi fails = new NpuSmi(command("echo no; exit 3"), 10_000);
        org.assertj.core.api.Assertions.assertThatThrownBy(fails::info).hasMessageContaining("exit code 3");
        Path command = command("echo 'dcmi module initialize failed. ret is -8005'");
        try (AscendCardProbe probe = new AscendCardProbe(List.of(), Optional.of(command), null, Clock.systemUTC())) {
            assertThat(probe.cards()).isEmpty();
            assertThat(probe.sample()).isEmpty();
        }
        assertThat(NpuSmi.find(folder.resolve("bin").toString())).contains(command);
        assertThat(NpuSmi.find("")).isEmpty();
    }

    private Path command(String script) throws Exception {
        Path command = Files.createDirectories(folder.resolve("bin")).resolve("npu-smi");
        Files.writeString(command, "#!/bin/sh\n[ \"$1\" = info ] && [ $# = 1 ] || exit 9\n" + script + "\n");
        assertThat(command.toFile().setExecutable(true)).isTrue();
        return command;
    }

    private static void table(String name, Path to) throws Exception {
        try (InputStream in = AscendCardProbeTest.class.getResourceAsStream("/npu-smi/" + name + ".txt")) {
            Files.copy(in, to);
        }
    }

    private static Map<String, CardSample> byCard(AscendCardProbe probe) {
        return probe.sample().stream().collect(Collectors.toMap(CardSample::card, card -> card));
    }

    private static List<String> codes(AscendCardProbe probe, String card) {
        return byCard(probe).get(card).findings().stream()
                .map(CardFinding::code)
                .toList();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("dcmi") || name.equals("npu-smi"))
                .toList();
    }

    private static void until(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(end);
            Thread.sleep(20);
        }
    }
}
