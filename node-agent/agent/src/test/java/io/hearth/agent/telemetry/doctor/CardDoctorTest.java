package io.hearth.agent.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.CardDetail;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardFinding.Level;
import io.hearth.protocol.CardSample;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CardDoctorTest {
    private static final CardDetail.Pcie PCIE = new CardDetail.Pcie(5, 5, 16, 16, 0.0, 0.0, 0L);
    private final CardDoctor doctor = new CardDoctor();
    private long now = 1_000_000;

    @Test
    void aCardUnderFullLoadAtItsPowerLimitIsHealthy() {
        assertThat(after(600, second -> card(1.0, 0.6, 699.0, 70.0, List.of("power-limit"), PCIE)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.level()).isEqualTo(Level.NOTE);
                    assertThat(finding.words()).contains("699 of 700 W").contains("normal");
                });
        assertThat(after(60, second -> card(0.0, 0.0, 70.0, 35.0, List.of("idle"), resting())))
                .isEmpty();
    }

    @Test
    void heatIsSaidAfterAWhileAndNotOfASingleSecond() {
        assertThat(after(
                        600,
                        second -> card(
                                1.0, 0.5, 500.0, 85.0, second % 60 == 0 ? List.of("heat-software") : List.of(), PCIE)))
                .isEmpty();
        assertThat(codes(after(12, second -> card(1.0, 0.5, 400.0, 89.0, List.of("heat-hardware"), PCIE))))
                .containsExactly("hot");
        assertThat(doctor.examine(card(1.0, 0.5, 400.0, 89.0, List.of("heat-hardware"), PCIE), now)
                        .getFirst()
                        .words())
                .isEqualTo("The card is too hot and works slower: 89 °C, at 1500 of 1980 MHz.");
        assertThat(codes(after(10, second -> card(1.0, 0.5, 400.0, 80.0, List.of(), PCIE))))
                .as("it does not flicker")
                .containsExactly("hot");
        assertThat(after(10, second -> card(1.0, 0.5, 400.0, 80.0, List.of(), PCIE)))
                .isEmpty();
    }

    @Test
    void aLowClockWithoutAReasonIsPutDownToHeatWhereItIsHot() {
        assertThat(after(15, second -> card(1.0, 0.5, 300.0, 60.0, List.of("below-rated"), null)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.code()).isEqualTo("clock-low");
                    assertThat(finding.level()).isEqualTo(Level.NOTE);
                    assertThat(finding.words()).contains("1500 of 1980 MHz");
                });
        assertThat(codes(after(40, second -> card(1.0, 0.5, 300.0, 92.0, List.of("below-rated"), null))))
                .containsExactly("hot");
        assertThat(after(40, second -> card(0.0, 0.0, 90.0, 40.0, List.of("idle"), null)))
                .isEmpty();
    }

    @Test
    void thePowerSupplyIsBlamedWhereItIsToBlame() {
        assertThat(codes(after(
                        8, second -> card(1.0, 0.5, 200.0, 60.0, List.of("hardware-slowdown", "power-brake"), PCIE))))
                .containsExactly("power-brake");
        assertThat(codes(after(30, second -> card(1.0, 0.5, 200.0, 60.0, List.of("hardware-slowdown"), PCIE))))
                .containsExactly("slowed");
    }

    @Test
    void aCardThatIsBusyWithoutDrawingPowerMayHang() {
        assertThat(after(100, second -> card(1.0, 0.0, 110.0, 45.0, List.of(), PCIE)))
                .isEmpty();
        assertThat(codes(after(30, second -> card(1.0, 0.0, 110.0, 45.0, List.of(), PCIE))))
                .containsExactly("stuck");
    }

    @Test
    void aNarrowConnectionAndOneThatIsNotCleanAreSaid() {
        assertThat(codes(after(
                        15,
                        second ->
                                card(0.0, 0.0, 70.0, 40.0, List.of(), new CardDetail.Pcie(1, 5, 8, 16, 0.0, 0.0, 0L)))))
                .containsExactly("pcie-width");
        assertThat(codes(after(
                        40,
                        second -> card(
                                0.9, 0.3, 500.0, 40.0, List.of(), new CardDetail.Pcie(3, 5, 16, 16, 0.0, 0.0, 0L)))))
                .as("the lanes are all there again")
                .containsExactly("pcie-generation");
        assertThat(codes(after(
                        60,
                        second -> card(
                                0.9,
                                0.3,
                                500.0,
                                40.0,
                                List.of(),
                                new CardDetail.Pcie(5, 5, 16, 16, 0.0, 0.0, 5L * second)))))
                .containsExactly("pcie-replays");
        assertThat(after(
                        120,
                        second -> card(
                                0.9, 0.3, 500.0, 40.0, List.of(), new CardDetail.Pcie(5, 5, 16, 16, 0.0, 0.0, 300L))))
                .isEmpty();
    }

    @Test
    void memoryThatWaitsForAResetIsSaidAndMemoryThatCannotBeReplacedIsAFault() {
        assertThat(codes(doctor.examine(
                        memory(new CardDetail.Rows(1L, 0L, true, false), new CardDetail.Ecc(5L, 0L, 5L, 9L)), now)))
                .containsExactly("rows-pending");
        List<CardFinding> broken = doctor.examine(
                memory(new CardDetail.Rows(1L, 0L, true, true), new CardDetail.Ecc(5L, 2L, 5L, 9L)), now);
        assertThat(codes(broken)).containsExactly("rows-failed", "rows-pending", "ecc-uncorrected");
        assertThat(broken.getFirst().stopsWork()).isTrue();
        assertThat(doctor.examine(memory(null, null), now)).isEmpty();
    }

    @Test
    void aLinkThatWasUpAndRecoveriesOfLinksAreSaid() {
        assertThat(doctor.examine(links(new CardDetail.Link(0, true, 0L, 3L, 0L), down(1)), now))
                .isEmpty();
        now += 1000;
        assertThat(codes(doctor.examine(links(down(0), down(1)), now))).containsExactly("link-down");
        now += 1000;
        assertThat(doctor.examine(links(new CardDetail.Link(0, true, 0L, 3L, 0L), down(1)), now))
                .isEmpty();
        now += 1000;
        assertThat(codes(doctor.examine(links(new CardDetail.Link(0, true, 0L, 5L, 0L), down(1)), now)))
                .containsExactly("link-errors");
        now += 601_000;
        assertThat(doctor.examine(links(new CardDetail.Link(0, true, 0L, 5L, 0L), down(1)), now))
                .isEmpty();
    }

    @Test
    void memoryOfAForeignProcessIsSaidAndOursIsNot() {
        CardSample.Process ours = new CardSample.Process(7, "java", "w-1", 9L << 30);
        CardSample.Process small = new CardSample.Process(8, "Xorg", null, 4L << 20);
        CardSample.Process foreign = new CardSample.Process(9, "python3", null, 3L << 30);
        CardSample sample = card(0.5, 0.5, 300.0, 50.0, List.of(), PCIE);
        assertThat(after(60, second -> sample.used(List.of(ours, small)))).isEmpty();
        assertThat(after(20, second -> sample.used(List.of(ours, foreign)))).isEmpty();
        List<CardFinding> found = after(15, second -> sample.used(List.of(ours, foreign, small)));
        assertThat(codes(found)).containsExactly("foreign-memory");
        assertThat(found.getFirst().words()).endsWith("python3 (process 9), 3.0 GiB.");
        assertThat(after(60, second -> sample.used(null))).isEmpty();
    }

    @Test
    void theWorstComesFirstAndWhatACardDoesNotTellIsNotGuessed() {
        CardSample silent = CardSample.silent("cuda:0", Findings.gone(false));
        assertThat(codes(doctor.examine(silent, now))).containsExactly("lost");
        CardDetail nothing =
                new CardDetail(null, null, null, null, null, null, null, null, null, null, null, null, null, null);
        CardSample mute =
                new CardSample("cuda:0", null, null, null, null, null, null, List.of(), null, nothing, List.of());
        assertThat(after(300, second -> mute)).isEmpty();
        CardSample mixed = memory(new CardDetail.Rows(0L, 0L, true, true), null)
                .examined(List.of(XidCatalogue.of(13), XidCatalogue.of(79)));
        assertThat(codes(doctor.examine(mixed, now)))
                .as("faults, then the rest; what is, then what has happened")
                .containsExactly("rows-failed", "xid.79", "rows-pending", "xid.13");
    }

    /** Findings of the last of so many seconds. */
    private List<CardFinding> after(int seconds, Function<Integer, CardSample> sample) {
        List<CardFinding> found = List.of();
        for (int second = 0; second < seconds; second++) {
            found = doctor.examine(sample.apply(second), now);
            now += 1000;
        }
        return found;
    }

    private static List<String> codes(List<CardFinding> findings) {
        return findings.stream().map(CardFinding::code).toList();
    }

    private static CardDetail.Pcie resting() {
        return new CardDetail.Pcie(1, 5, 16, 16, 0.0, 0.0, 0L);
    }

    private static CardDetail.Link down(int index) {
        return new CardDetail.Link(index, false, null, null, null);
    }

    private static CardSample card(
            double utilisation,
            double memory,
            double power,
            double temperature,
            List<String> throttle,
            CardDetail.Pcie pcie) {
        return sample(
                utilisation,
                power,
                temperature,
                new CardDetail(
                        memory,
                        null,
                        700.0,
                        1L,
                        new CardDetail.Clocks(1500, 1980, 2619, 2619),
                        throttle,
                        null,
                        null,
                        null,
                        pcie,
                        null,
                        true,
                        null,
                        null));
    }

    private static CardSample memory(CardDetail.Rows rows, CardDetail.Ecc ecc) {
        return sample(
                0.5,
                300.0,
                50.0,
                new CardDetail(0.5, null, 700.0, 1L, null, List.of(), ecc, rows, null, null, null, true, null, null));
    }

    private static CardSample links(CardDetail.Link... links) {
        return sample(
                0.5,
                300.0,
                50.0,
                new CardDetail(
                        0.5,
                        null,
                        700.0,
                        1L,
                        null,
                        List.of(),
                        null,
                        null,
                        List.of(links),
                        null,
                        null,
                        true,
                        null,
                        null));
    }

    private static CardSample sample(double utilisation, double power, double temperature, CardDetail detail) {
        return new CardSample(
                "cuda:0",
                utilisation,
                1L << 30,
                80L << 30,
                temperature,
                power,
                1500.0,
                List.of(),
                List.of(),
                detail,
                List.of());
    }
}
