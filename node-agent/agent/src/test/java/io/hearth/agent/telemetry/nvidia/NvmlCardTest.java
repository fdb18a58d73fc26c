package io.hearth.agent.telemetry.nvidia;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.agent.telemetry.nvidia.Nvml.Call;
import io.hearth.agent.testing.StandInCards;
import io.hearth.protocol.CardDetail;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every value of a card, read from the stand-in. */
class NvmlCardTest {
    private static final long MIB = 1L << 20;

    @TempDir
    Path folder;

    private final Arena arena = Arena.ofShared();
    private StandInCards cards;
    private Nvml nvml;

    @BeforeEach
    void start() throws Exception {
        cards = StandInCards.in(folder);
        open();
    }

    private void open() {
        nvml = new Nvml(NvmlLibrary.load(List.of(folder), arena).orElseThrow());
        assertThat(nvml.call(Call.INIT)).isZero();
    }

    @AfterEach
    void stop() {
        arena.close();
    }

    private NvmlCard card(int index) throws CardGone {
        MemorySegment out = arena.allocate(ADDRESS);
        assertThat(nvml.call(Call.HANDLE, index, out)).isZero();
        return new NvmlCard(nvml, out.get(ADDRESS, 0), index, nvml.driverVersion(), arena);
    }

    @Test
    void whatItIs() throws Exception {
        cards.set("driver", "580.95.05").set("card1.name", "NVIDIA H200").set("card1.pci", "00000000:AF:00.0");
        assertThat(card(1).info())
                .isEqualTo(new CardInfo(
                        "cuda:1",
                        "nvidia",
                        "NVIDIA H200",
                        81_559 * MIB,
                        false,
                        "580.95.05",
                        true,
                        "0000:af:00.0",
                        null));
        cards.set("card1.pci", "0001A000:AF:00.0");
        assertThat(card(1).info().hardwareId()).isEqualTo("0001a000:af:00.0");
    }

    @Test
    void whatItDoes() throws Exception {
        cards.set("card0.load", 0.5)
                .set("card0.memory-load", 0.25)
                .set("card0.used", 40_000)
                .set("card0.temperature", 64)
                .set("card0.processes", "1:39000 99999999:7")
                .set("card0.ecc", "1 2 30 4")
                .set("card0.rows", "5 6 1 0")
                .set("card0.pcie", "4 8 5 16 12")
                .set("card0.links", 3)
                .set("card0.links-down", 4)
                .set("card0.recoveries", 9)
                .set("card0.checksums", 3);
        NvmlCard card = card(0);
        CardSample now = card.read(true);
        assertThat(now.card()).isEqualTo("cuda:0");
        assertThat(now.utilisation()).isEqualTo(0.5);
        assertThat(now.memoryUsedBytes()).isEqualTo(40_000 * MIB);
        assertThat(now.memoryTotalBytes()).isEqualTo(81_559 * MIB);
        assertThat(now.temperatureCelsius()).isEqualTo(64);
        assertThat(now.powerWatts()).isCloseTo(400.75, Offset.offset(0.01));
        assertThat(now.clockMegahertz()).isEqualTo(1980);
        assertThat(now.processes()).hasSize(2);
        assertThat(now.processes().getFirst().pid()).isEqualTo(1);
        assertThat(now.processes().getFirst().name()).isNotBlank();
        assertThat(now.processes().getFirst().memoryBytes()).isEqualTo(39_000 * MIB);
        assertThat(now.processes().getLast().name()).isNull();
        CardDetail detail = now.detail();
        assertThat(detail.memoryUtilisation()).isEqualTo(0.25);
        assertThat(detail.memoryTemperatureCelsius()).isEqualTo(72);
        assertThat(detail.powerLimitWatts()).isEqualTo(700);
        assertThat(detail.energyMillijoules()).isNotNegative();
        assertThat(detail.clocks()).isEqualTo(new CardDetail.Clocks(1980, 1980, 2619, 2619));
        assertThat(detail.throttle()).isEmpty();
        assertThat(detail.ecc()).isEqualTo(new CardDetail.Ecc(1L, 2L, 30L, 4L));
        assertThat(detail.rows()).isEqualTo(new CardDetail.Rows(5L, 6L, true, false));
        assertThat(detail.links())
                .containsExactly(
                        new CardDetail.Link(0, true, 0L, 9L, 3L),
                        new CardDetail.Link(1, true, 0L, 0L, 0L),
                        new CardDetail.Link(2, false, null, null, null));
        assertThat(detail.pcie())
                .isEqualTo(new CardDetail.Pcie(4, 5, 8, 16, 2_000_000 * 1024.0, 500_000 * 1024.0, 12L));
        assertThat(detail.mig()).isEqualTo(new CardDetail.Mig(false, false, List.of()));
        assertThat(detail.persistence()).isTrue();
        assertThat(now.findings()).isEmpty();
    }

    @Test
    void itGetsHotThrottlesAndUsesEnergy() throws Exception {
        cards.set("card0.load", 1).set("card0.cooling", 65).set("speed", 2000);
        NvmlCard card = card(0);
        CardSample first = card.read(true);
        Thread.sleep(50);
        CardSample second = card.read(false);
        assertThat(second.temperatureCelsius()).isGreaterThan(95);
        assertThat(second.detail().energyMillijoules())
                .isGreaterThan(first.detail().energyMillijoules());
        assertThat(second.clockMegahertz()).isLessThan(1980);
        assertThat(second.detail().throttle()).contains("heat-software", "heat-hardware", "hardware-slowdown");
        cards.set("card0.temperature", 60);
        assertThat(card.read(false).detail().throttle()).containsExactly("power-limit");
        cards.set("card0.load", 0);
        assertThat(card.read(false).detail().throttle()).containsExactly("idle");
    }

    @Test
    void whatTakesLongIsNotAskedEverySecond() throws Exception {
        NvmlCard card = card(0);
        card.read(true);
        cards.set("card0.pcie", "1 1 5 16 0").set("card0.temperature", 77);
        CardSample next = card.read(false);
        assertThat(next.temperatureCelsius()).isEqualTo(77);
        assertThat(next.detail().pcie().width()).isEqualTo(16);
        assertThat(card.read(true).detail().pcie().width()).isEqualTo(1);
    }

    @Test
    void whatACardDoesNotOfferIsNullAndNeverZero() throws Exception {
        cards.set("card0.mig", -1)
                .set(
                        "card0.unsupported",
                        String.join(
                                ",",
                                "nvmlDeviceGetPowerUsage",
                                "nvmlDeviceGetEnforcedPowerLimit",
                                "nvmlDeviceGetTotalEnergyConsumption",
                                "nvmlDeviceGetUtilizationRates",
                                "nvmlDeviceGetTotalEccErrors",
                                "nvmlDeviceGetRemappedRows",
                                "nvmlDeviceGetFieldValues",
                                "nvmlDeviceGetNvLinkState",
                                "nvmlDeviceGetCurrentClocksEventReasons",
                                "nvmlDeviceGetCurrentClocksThrottleReasons",
                                "nvmlDeviceGetComputeRunningProcesses_v3",
                                "nvmlDeviceGetPersistenceMode",
                                "nvmlDeviceGetPcieThroughput",
                                "nvmlDeviceGetPcieReplayCounter"));
        CardSample now = card(0).read(true);
        assertThat(now.utilisation()).isNull();
        assertThat(now.powerWatts()).isNull();
        assertThat(now.processes()).isNull();
        assertThat(now.temperatureCelsius()).isEqualTo(35);
        assertThat(now.detail())
                .isEqualTo(new CardDetail(
                        null,
                        null,
                        null,
                        null,
                        new CardDetail.Clocks(345, 1980, 2619, 2619),
                        null,
                        null,
                        null,
                        null,
                        new CardDetail.Pcie(5, 5, 16, 16, null, null, null),
                        null,
                        null,
                        null,
                        "GPU-5a5a5a5a-0000-0000-0000-000000000000"));
        assertThat(now.findings()).isEmpty();
    }

    @Test
    void functionsThatAnOldDriverLacksAreReplacedOrDoneWithout() throws Exception {
        cards = StandInCards.ofOldDriver(folder.resolve("old"));
        cards.set("card0.load", 1)
                .set("card0.used", 1000)
                .set("card0.temperature", 60)
                .set("card0.processes", "1:900 2:100")
                .set("card0.rows", "2 3 1 0")
                .set("card0.links", 2);
        nvml = new Nvml(NvmlLibrary.load(List.of(cards.folder()), arena).orElseThrow());
        assertThat(nvml.call(Call.INIT)).isZero();
        assertThat(nvml.has(Call.FIELDS)).isFalse();
        CardSample now = card(0).read(true);
        assertThat(now.memoryUsedBytes()).isEqualTo(1600 * MIB);
        assertThat(now.temperatureCelsius()).isEqualTo(60);
        assertThat(now.detail().memoryTemperatureCelsius()).isNull();
        assertThat(now.detail().throttle()).containsExactly("power-limit");
        assertThat(now.detail().rows()).isEqualTo(new CardDetail.Rows(2L, 3L, true, null));
        assertThat(now.detail().links()).extracting(CardDetail.Link::index).containsExactly(0, 1);
        assertThat(now.processes()).extracting(CardSample.Process::memoryBytes).containsExactly(900 * MIB, 100 * MIB);
    }

    @Test
    void manyProcessesAreAllListed() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 1; i <= 70; i++) {
            many.append(900_000 + i).append(":1 ");
        }
        cards.set("card0.processes", many);
        assertThat(card(0).read(true).processes()).hasSize(70);
    }

    @Test
    void aCutUpCardListsItsInstances() throws Exception {
        cards.set("card0.mig", 2);
        NvmlCard card = card(0);
        CardSample now = card.read(true);
        assertThat(now.utilisation()).isNull();
        assertThat(now.detail().rows()).isNull();
        assertThat(now.detail().mig().enabled()).isTrue();
        assertThat(now.detail().mig().instances())
                .extracting(CardDetail.Instance::name)
                .containsExactly("NVIDIA H100 (stand-in) MIG 1g.10gb", "NVIDIA H100 (stand-in) MIG 1g.10gb");
        assertThat(now.detail().mig().instances())
                .extracting(CardDetail.Instance::uuid)
                .doesNotHaveDuplicates()
                .allMatch(uuid -> uuid.startsWith("MIG-"));
        assertThat(now.detail().mig().instances().getFirst().memoryTotalBytes()).isEqualTo(10_194 * MIB + MIB * 7 / 8);
    }

    @Test
    void theDriversAdviceIsAFinding() throws Exception {
        cards.set("card0.recovery", 4);
        assertThat(card(0).read(true).findings()).extracting(CardFinding::code).containsExactly("recovery.drain-reset");
    }

    @Test
    void aLostCardSaysSo() throws Exception {
        NvmlCard card = card(0);
        NvmlCard other = card(1);
        cards.set("card0.lost", 15);
        CardSample lost = card.read(false);
        assertThat(lost.utilisation()).isNull();
        assertThat(lost.findings()).extracting(CardFinding::code).containsExactly("lost");
        assertThat(lost.findings().getFirst().stopsWork()).isTrue();
        assertThat(other.read(true).findings()).isEmpty();
        cards.set("card0.lost", 16);
        assertThat(card.read(true).findings()).extracting(CardFinding::code).containsExactly("reset-required");
    }
}
