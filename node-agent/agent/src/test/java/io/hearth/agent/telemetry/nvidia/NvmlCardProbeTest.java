package io.hearth.agent.telemetry.nvidia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.hearth.agent.testing.StandInCards;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The probe as a whole, with its threads. */
class NvmlCardProbeTest {
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void withoutALibraryThereAreNoCardsAndNoThreads() {
        Assumptions.assumeTrue(
                NvmlLibrary.load(List.of(), Arena.global()).isEmpty(), "skipped: this machine has NVIDIA's driver");
        try (NvmlCardProbe probe = new NvmlCardProbe(List.of(folder), Clock.systemUTC())) {
            assertThat(probe.cards()).isEmpty();
            assertThat(probe.sample()).isEmpty();
            assertThat(probe.incidents()).isEmpty();
        }
        assertThat(threads()).isEmpty();
    }

    @Test
    void everyCardIsWatchedByItself() throws Exception {
        StandInCards cards = StandInCards.in(folder).set("cards", 3).set("card1.temperature", 71);
        try (NvmlCardProbe probe = new NvmlCardProbe(List.of(folder), Clock.systemUTC())) {
            assertThat(probe.cards()).extracting(CardInfo::id).containsExactly("cuda:0", "cuda:1", "cuda:2");
            until(() -> probe.sample().size() == 3);
            assertThat(byCard(probe).get("cuda:1").temperatureCelsius()).isEqualTo(71);

            cards.set("card0.lost", 15).set("card1.temperature", 72);
            until(() -> codes(probe, "cuda:0").equals(List.of("lost")));
            until(() -> byCard(probe).get("cuda:1").temperatureCelsius() == 72);
            assertThat(byCard(probe).get("cuda:0").errors())
                    .containsExactly("The card has fallen off the bus. The machine cannot reach it any more.");
            assertThat(codes(probe, "cuda:1")).isEmpty();
            assertThat(probe.cards()).hasSize(3);
        }
        assertThat(cards.report()).isEqualTo("shutdown, 0 event sets left\n");
        assertThat(threads()).isEmpty();
    }

    @Test
    void xidsAreHeardExplainedAndCounted() throws Exception {
        StandInCards cards = StandInCards.in(folder);
        try (NvmlCardProbe probe = new NvmlCardProbe(List.of(folder), Clock.systemUTC())) {
            until(() -> probe.sample().size() == 2);
            cards.set("card1.xids", "1:13 2:13 3:79 4:4711");
            until(() -> probe.incidents().size() == 3
                    && probe.incidents().getLast().finding().code().equals("xid.other"));
            assertThat(probe.incidents())
                    .extracting(
                            CardIncident::card, incident -> incident.finding().code(), CardIncident::count)
                    .containsExactly(
                            tuple("cuda:1", "xid.13", 2),
                            tuple("cuda:1", "xid.79", 1),
                            tuple("cuda:1", "xid.other", 1));
            assertThat(codes(probe, "cuda:1")).contains("xid.13", "xid.79", "xid.other");
            assertThat(codes(probe, "cuda:0")).isEmpty();

            // A lost card ends the wait of all; the others are heard all the same.
            cards.set("card1.lost", 15).set("card0.xids", "1:94");
            until(() -> codes(probe, "cuda:0").contains("xid.94"));
        }
        assertThat(cards.report()).isEqualTo("shutdown, 0 event sets left\n");
    }

    @Test
    void aCardThatIsLostFromTheStartIsListed() throws Exception {
        StandInCards.in(folder).set("card0.lost", 15);
        try (NvmlCardProbe probe = new NvmlCardProbe(List.of(folder), Clock.systemUTC())) {
            assertThat(probe.cards()).extracting(CardInfo::id).containsExactlyInAnyOrder("cuda:0", "cuda:1");
            until(() -> probe.sample().size() == 2);
            assertThat(codes(probe, "cuda:0")).containsExactly("lost");
            assertThat(codes(probe, "cuda:1")).isEmpty();
        }
    }

    @Test
    void aDriverThatDoesNotAnswerHoldsUpNobody() throws Exception {
        StandInCards cards = StandInCards.in(folder);
        try (NvmlCardProbe probe = new NvmlCardProbe(List.of(folder), Clock.systemUTC())) {
            until(() -> probe.sample().size() == 2);
            cards.set("card0.stall", 8_000);
            until(() -> codes(probe, "cuda:0").equals(List.of("silent")));
            assertThat(byCard(probe).get("cuda:0").temperatureCelsius()).isNull();
            assertThat(codes(probe, "cuda:1")).isEmpty();
            cards.set("card0.stall", 0);
            until(() -> codes(probe, "cuda:0").isEmpty());
        }
    }

    private static Map<String, CardSample> byCard(NvmlCardProbe probe) {
        return probe.sample().stream().collect(Collectors.toMap(CardSample::card, card -> card));
    }

    private static List<String> codes(NvmlCardProbe probe, String card) {
        return byCard(probe).get(card).findings().stream()
                .map(CardFinding::code)
                .toList();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("nvml"))
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
