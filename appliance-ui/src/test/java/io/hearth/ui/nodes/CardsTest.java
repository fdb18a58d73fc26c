package io.hearth.ui.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.ToNode;
import io.hearth.ui.core.Texts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node says of its cards reaches the database, and people in their language. */
class CardsTest {
    private static final CardFinding LOST =
            CardFinding.of("xid.79", CardFinding.Level.FAULT, CardFinding.Origin.BUS, CardFinding.Action.REBOOT, 79);
    private static final CardInfo GPU =
            new CardInfo("cuda:0", "nvidia", "H100", 80L << 30, false, "580", false, "0000:3b:00.0", null);

    @TempDir
    Path folder;

    @Test
    void cardsAndIncidentsOfANodeAreTakenIn() throws Exception {
        try (Plane plane = new Plane(folder, new HandClock());
                TestAgent agent = plane.join("box")) {
            agent.connect();
            agent.say(TestAgent.hello(Protocol.VERSION, List.of(TestAgent.CPU, GPU)));
            agent.hear(ToNode.Welcome.class);
            assertThat(plane.database.read(h -> plane.nodes.get(h, agent.id)).cards())
                    .containsExactly(TestAgent.CPU, GPU);

            CardInfo refused = GPU.refused(LOST);
            agent.say(new FromNode.Cards(
                    List.of(TestAgent.CPU, refused),
                    List.of(
                            new CardIncident("i-1", "cuda:0", 5, 6, 2, LOST),
                            new CardIncident("i-2", "cuda:0", 7, 7, 1, LOST))));
            until(() -> incidents(plane, agent, null).size() == 2);
            assertThat(plane.database.read(h -> plane.nodes.get(h, agent.id)).cards())
                    .containsExactly(TestAgent.CPU, refused);
            agent.say(new FromNode.Cards(
                    List.of(TestAgent.CPU, GPU), List.of(new CardIncident("i-1", "cuda:0", 5, 9, 3, LOST))));
            until(() -> incidents(plane, agent, "cuda:0").getFirst().count() == 3);
            assertThat(incidents(plane, agent, null))
                    .extracting(CardIncident::id)
                    .containsExactly("i-1", "i-2");
            assertThat(incidents(plane, agent, "cuda:1")).isEmpty();

            agent.say(new FromNode.Cards(List.of(TestAgent.CPU.named("no card")), List.of()));
            agent.say(new FromNode.Cards(List.of(GPU), List.of(new CardIncident("../x", "cuda:0", 5, 9, 3, LOST))));
            agent.say(new FromNode.Cards(List.of(GPU, TestAgent.CPU), List.of()));
            until(() -> plane.database
                    .read(h -> plane.nodes.get(h, agent.id))
                    .cards()
                    .getFirst()
                    .equals(GPU));
            assertThat(incidents(plane, agent, null)).hasSize(2);
        }
    }

    @Test
    void onlySoManyIncidentsAreKept() throws Exception {
        try (Plane plane = new Plane(folder, new HandClock());
                TestAgent agent = plane.join("box")) {
            CardIncidentStore store = new CardIncidentStore();
            for (int i = 0; i < CardIncidentStore.KEPT + 50; i++) {
                CardIncident incident = new CardIncident("i-" + i, "cuda:0", i, i, 1, LOST);
                plane.database.run(h -> store.put(h, agent.id, List.of(incident)));
            }
            List<CardIncident> left = plane.database.read(h -> store.of(h, agent.id, null, 5_000));
            assertThat(left).hasSize(CardIncidentStore.KEPT);
            assertThat(left.getFirst().id()).isEqualTo("i-" + (CardIncidentStore.KEPT + 49));

            // A burst at one moment is cut as well.
            List<CardIncident> burst = IntStream.range(0, CardIncidentStore.KEPT + 50)
                    .mapToObj(i -> new CardIncident("burst-" + i, "cuda:0", 5_000, 5_000, 1, LOST))
                    .toList();
            plane.database.run(h -> store.put(h, agent.id, burst));
            List<CardIncident> after = plane.database.read(h -> store.of(h, agent.id, null, 5_000));
            assertThat(after)
                    .hasSize(CardIncidentStore.KEPT)
                    .allMatch(incident -> incident.id().startsWith("burst-"));
        }
    }

    @Test
    void findingsAreSaidInBothLanguagesAndThoseOfANewerAgentInItsOwn() {
        assertThat(Doctor.words(LOST).toString()).startsWith("Xid 79: the card has fallen off the bus.");
        assertThat(Texts.say(Locale.SIMPLIFIED_CHINESE, Doctor.words(LOST))).startsWith("Xid 79：该卡已从总线上掉线");
        assertThat(Texts.say(Locale.SIMPLIFIED_CHINESE, Doctor.remedy(LOST))).startsWith("请重启服务器");
        CardFinding unknown = new CardFinding(
                "from.the-future",
                CardFinding.Level.WARNING,
                CardFinding.Origin.CARD,
                CardFinding.Action.LOOK,
                List.of("a"),
                "It does {odd} things.",
                "Wait.");
        assertThat(Doctor.words(unknown).toString()).isEqualTo("It does {odd} things.");
        assertThat(Doctor.remedy(unknown).toString()).isEqualTo("Wait.");
    }

    @Test
    void aChangeInWhatIsWrongIsNoticed() throws Exception {
        try (Plane plane = new Plane(folder, new HandClock());
                TestAgent agent = plane.join("box")) {
            CardSample well = CardSample.silent("cuda:0", LOST).examined(List.of());
            assertThat(take(plane, agent, well)).isFalse();
            assertThat(take(plane, agent, well)).isFalse();
            assertThat(take(plane, agent, well.examined(List.of(LOST)))).isTrue();
            assertThat(take(plane, agent, well.examined(List.of(LOST)))).isFalse();
        }
    }

    private static boolean take(Plane plane, TestAgent agent, CardSample card) {
        return plane.telemetry.take(
                agent.id, new FromNode.Telemetry(TestAgent.sample(0).host(), List.of(card)));
    }

    private static List<CardIncident> incidents(Plane plane, TestAgent agent, String card) {
        return plane.database.read(h -> new CardIncidentStore().of(h, agent.id, card, 10));
    }

    private static void until(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(end);
            Thread.sleep(20);
        }
    }
}
