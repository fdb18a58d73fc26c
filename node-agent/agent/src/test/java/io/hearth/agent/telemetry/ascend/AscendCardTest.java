package io.hearth.agent.telemetry.ascend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.agent.telemetry.ascend.Dcmi.Call;
import io.hearth.agent.testing.StandInNpus;
import io.hearth.protocol.CardDetail;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AscendCardTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    private final List<String> begun = Collections.synchronizedList(new ArrayList<>());
    private StandInNpus npus;
    private Dcmi dcmi;

    @BeforeEach
    void start() throws Exception {
        load(StandInNpus.in(folder));
    }

    private void load(StandInNpus other) {
        npus = other;
        dcmi = new Dcmi(DcmiLibrary.load(List.of(npus.library())).orElseThrow());
        assertThat(dcmi.call(Call.INIT)).isZero();
    }

    private AscendCard card(int index) throws Exception {
        return new AscendCard(
                dcmi,
                dcmi.places().get(index),
                index,
                "25.2.1",
                new VisibleChips(null),
                Clock.systemUTC(),
                finding -> begun.add(finding.code()));
    }

    @Test
    void itIsKnownByWhereItIsAndByWhatNoOtherChipHas() throws Exception {
        npus.set("chips", 2)
                .set("chip1.pci", "0001:8A:00.1")
                .set("chip1.memory", 65536)
                .set("chip1.die", "1 2 A0B0C0D0 4 5");
        CardInfo info = card(1).info();
        assertThat(info.id()).isEqualTo("ascend:1");
        assertThat(info.vendor()).isEqualTo("ascend");
        assertThat(info.model()).isEqualTo("Ascend 910B3 (stand-in)");
        assertThat(info.memoryBytes()).isEqualTo(65536 * MIB);
        assertThat(info.shared()).isFalse();
        assertThat(info.driver()).isEqualTo("25.2.1");
        assertThat(info.provenOnHardware()).isFalse();
        assertThat(info.hardwareId()).isEqualTo("0001:8a:00.1");
        assertThat(card(1).read(true).detail().chip()).isEqualTo("00000001-00000002-A0B0C0D0-00000004-00000005");
        npus.set("chip1.logic", 6);
        assertThat(card(1).info().id()).as("programs count otherwise").isEqualTo("ascend:6");
    }

    @Test
    void allThatItMeasuresIsInItsUnits() throws Exception {
        npus.set("chip0.load", 0.5)
                .set("chip0.vector", 0.75)
                .set("chip0.traffic", 0.25)
                .set("chip0.used", 40_000)
                .set("chip0.temperature", 64)
                .set("chip0.power", 231.4)
                .set("chip0.processes", "1:39000 999999:1")
                .set("chip0.ecc", "3 1 30 2 4 5");
        CardSample now = card(0).read(true);
        assertThat(now.card()).isEqualTo("ascend:0");
        assertThat(now.utilisation()).isEqualTo(0.75);
        assertThat(now.memoryUsedBytes()).isEqualTo(40_000 * MIB);
        assertThat(now.memoryTotalBytes()).isEqualTo(65_536 * MIB);
        assertThat(now.temperatureCelsius()).isEqualTo(64);
        assertThat(now.powerWatts()).as("from tenths of a watt").isEqualTo(231.4);
        assertThat(now.clockMegahertz()).isEqualTo(1850);
        assertThat(now.processes()).hasSize(2);
        assertThat(now.processes().getFirst().pid()).isEqualTo(1);
        assertThat(now.processes().getFirst().name()).isNotBlank();
        assertThat(now.processes().getFirst().memoryBytes()).isEqualTo(39_000 * MIB);
        assertThat(now.processes().getLast().name()).isNull();
        CardDetail detail = now.detail();
        assertThat(detail.units()).isEqualTo(new CardDetail.Units(0.5, 0.75));
        assertThat(detail.memoryUtilisation()).isEqualTo(0.25);
        assertThat(detail.memoryTemperatureCelsius()).isEqualTo(69);
        assertThat(detail.clocks()).isEqualTo(new CardDetail.Clocks(1850, 1850, 1600, null));
        assertThat(detail.throttle()).isEmpty();
        assertThat(detail.ecc()).isEqualTo(new CardDetail.Ecc(3L, 1L, 30L, 2L));
        assertThat(detail.rows()).isEqualTo(new CardDetail.Rows(4L, 5L, null, null));
        assertThat(detail.powerLimitWatts()).as("DCMI does not tell").isNull();
        assertThat(now.findings()).isEmpty();
        assertThat(begun).isEmpty();
    }

    @Test
    void itGetsHotAndSlow() throws Exception {
        npus.set("chip0.load", 1).set("chip0.cooling", 70).set("speed", 2000);
        AscendCard card = card(0);
        card.read(true);
        Thread.sleep(50);
        CardSample hot = card.read(false);
        assertThat(hot.temperatureCelsius()).isGreaterThan(95);
        assertThat(hot.clockMegahertz()).isLessThan(1850);
        assertThat(hot.detail().throttle()).containsExactly("below-rated");
        npus.set("chip0.temperature", 60);
        assertThat(card.read(false).detail().throttle()).isEmpty();
        npus.set("chip0.load", 0);
        assertThat(card.read(false).detail().throttle()).containsExactly("idle");
    }

    @Test
    void whatAChipDoesNotOfferIsNullAndNeverZero() throws Exception {
        npus.set(
                "chip0.unsupported",
                String.join(
                        ",",
                        "dcmi_get_device_power_info",
                        "dcmi_get_device_utilization_rate",
                        "dcmi_get_device_ecc_info",
                        "dcmi_get_device_hbm_info",
                        "dcmi_get_device_aicore_info",
                        "dcmi_get_device_frequency",
                        "dcmi_get_device_resource_info",
                        "dcmi_get_device_die_v2",
                        "dcmi_get_device_pcie_info_v2",
                        "dcmi_get_device_errorcode_v2",
                        "dcmi_get_device_health",
                        "dcmi_get_device_chip_info,dcmi_get_device_chip_info_v2"));
        AscendCard card = card(0);
        assertThat(card.info().model()).isEqualTo("Ascend");
        assertThat(card.info().hardwareId()).isNull();
        CardSample now = card.read(true);
        assertThat(now.utilisation()).isNull();
        assertThat(now.memoryUsedBytes()).isNull();
        assertThat(now.powerWatts()).isNull();
        assertThat(now.clockMegahertz()).isNull();
        assertThat(now.processes()).isNull();
        assertThat(now.temperatureCelsius()).isEqualTo(35);
        assertThat(now.detail())
                .isEqualTo(new CardDetail(
                        null, null, null, null, null, null, null, null, null, null, null, null, null, null));
        assertThat(now.findings()).isEmpty();
    }

    @Test
    void chipsOfTheSecondKindShareACardAndItsPower() throws Exception {
        npus.set("chip", "910").set("chips", 4);
        assertThat(dcmi.places())
                .containsExactly(
                        new Dcmi.Place(0, 0), new Dcmi.Place(0, 1), new Dcmi.Place(1, 0), new Dcmi.Place(1, 1));
        assertThat(card(3).info().id()).isEqualTo("ascend:3");
        assertThat(card(3).info().model()).isEqualTo("Ascend910 (stand-in)");
        assertThat(card(0).read(true).powerWatts()).isPositive();
        assertThat(card(1).read(true).powerWatts()).isNull();
        assertThat(card(1).read(true).temperatureCelsius()).isEqualTo(35);
    }

    @Test
    void chipsWithoutHbmTellTheMemoryThatTheyHave() throws Exception {
        npus.set("chip", "310P3")
                .set("chips", 1)
                .set("chip0.memory", 44_280)
                .set("chip0.used", 1_529)
                .set("chip0.load", 0.4)
                .set("chip0.traffic", 0.3)
                .set("chip0.ecc", "1 0 2 0 0 0");
        AscendCard card = card(0);
        assertThat(card.info().model()).isEqualTo("Ascend 310P3 (stand-in)");
        CardSample now = card.read(true);
        assertThat(now.memoryUsedBytes()).isEqualTo(1_529 * MIB);
        assertThat(now.memoryTotalBytes()).isEqualTo(44_280 * MIB);
        assertThat(now.utilisation()).isEqualTo(0.4);
        assertThat(now.detail().units()).isEqualTo(new CardDetail.Units(0.4, null));
        assertThat(now.detail().memoryUtilisation()).isEqualTo(0.3);
        assertThat(now.detail().memoryTemperatureCelsius()).isNull();
        assertThat(now.detail().chip()).isNull();
        assertThat(now.detail().ecc()).isEqualTo(new CardDetail.Ecc(1L, 0L, 2L, 0L));
        assertThat(now.powerWatts()).isNull();
    }

    @Test
    void functionsThatAnOldDriverLacksAreDoneWithout() throws Exception {
        load(StandInNpus.ofOldDriver(folder.resolve("old")).set("chips", 2));
        assertThat(dcmi.has(Call.CARDS)).isFalse();
        assertThat(dcmi.places()).hasSize(2);
        AscendCard card = card(1);
        assertThat(card.info().model()).isEqualTo("Ascend 910B3 (stand-in)");
        CardSample now = card.read(true);
        assertThat(now.detail().chip()).isNull();
        assertThat(now.memoryTotalBytes()).isEqualTo(65_536 * MIB);
    }

    @Test
    void faultsAreSaidWhileTheyLastAndBeginOnce() throws Exception {
        AscendCard card = card(0);
        npus.set("chip0.health", 2).set("chip0.errors", "80CB8009 80DE1801 81078603");
        List<CardFinding> found = card.read(false).findings();
        assertThat(found)
                .extracting(CardFinding::code)
                .containsExactly("npu.core-address", "npu.other-said", "npu.port");
        assertThat(found.get(1).words()).contains("0x80DE1801").contains("sensor=80DE, event=1801");
        card.read(false);
        assertThat(begun).containsExactly("npu.core-address", "npu.other-said", "npu.port");
        npus.set("chip0.errors", "80E18402");
        CardSample worn = card.read(false);
        assertThat(worn.findings()).extracting(CardFinding::code).containsExactly("npu.hbm-used-up");
        assertThat(worn.findings().getFirst().stopsWork()).isTrue();
        npus.set("chip0.errors", "");
        assertThat(card.read(false).findings()).extracting(CardFinding::code).containsExactly("npu.health.major");
        npus.set("chip0.health", 3).set("chip0.errors", "80CB8009");
        assertThat(card.read(false).findings())
                .extracting(CardFinding::code)
                .as("worse than what is listed")
                .containsExactly("npu.core-address", "npu.health.critical");
        npus.set("chip0.health", 0).set("chip0.errors", "");
        assertThat(card.read(false).findings()).isEmpty();
        assertThat(begun).hasSize(5);
    }

    @Test
    void aFaultThatTheDriverHasToldOfIsNotToldAgain() throws Exception {
        AscendCard card = card(0);
        card.heard(0x80C98008, "told");
        npus.set("chip0.errors", "80C98008");
        assertThat(card.read(false).findings()).extracting(CardFinding::code).containsExactly("npu.core-memory");
        assertThat(begun).containsExactly("npu.core-memory");
    }

    @Test
    void aChipThatHasDroppedOffSaysSo() throws Exception {
        npus.set("chips", 2);
        AscendCard card = card(0);
        AscendCard other = card(1);
        npus.set("chip0.lost", 1);
        CardSample lost = card.read(true);
        assertThat(lost.utilisation()).isNull();
        assertThat(lost.findings()).extracting(CardFinding::code).containsExactly("lost");
        assertThat(lost.findings().getFirst().stopsWork()).isTrue();
        card.read(false);
        assertThat(begun).containsExactly("lost");
        assertThat(other.read(true).findings()).isEmpty();
        npus.set("chip0.lost", 0);
        assertThat(card.read(false).findings()).isEmpty();
    }
}
