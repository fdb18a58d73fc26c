package io.hearth.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.hearth.agent.testing.Specs;
import io.hearth.agent.testing.StandInCards;
import io.hearth.agent.testing.StandInNpus;
import io.hearth.agent.testing.TestAuthority;
import io.hearth.agent.testing.TestControlPlane;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.FromNode;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent on a machine with cards of both makers, which stand-ins of their libraries make up. */
class AgentCardsTest {
    private static final String LIBRARIES = "hearth.cuda.libraries";
    private static final String DRIVER = "hearth.ascend.driver";
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path folder;

    private StandInCards cards;
    private TestControlPlane control;
    private Agent agent;
    private Thread life;

    @BeforeEach
    void start() throws Exception {
        cards = StandInCards.in(folder.resolve("libraries"));
        cards.set("card0.pci", "00000000:3B:00.0").set("card1.pci", "00000000:AF:00.0");
        System.setProperty(LIBRARIES, cards.folder().toString());
        control = new TestControlPlane(vertx, new TestAuthority()).start();
    }

    @AfterEach
    void stop() throws Exception {
        System.clearProperty(LIBRARIES);
        System.clearProperty(DRIVER);
        if (agent != null) {
            agent.stop();
            life.join();
        }
        if (control != null) {
            control.close();
            assertThat(control.faults).isEmpty();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void cardsThatTheWorkerCanUseTakeWorkUntilTheyBreak() throws Exception {
        startAgent("""
                {"cards":[{"id":"cpu:0"},{"id":"cuda:0","hardwareId":"0000:3b:00.0","totalBytes":1}],
                 "refusals":["cuda:1 (0000:af:00.0): its compute capability 6.1 is too old."]}""");
        assertThat(control.hellos.getFirst().cards())
                .extracting(CardInfo::id)
                .containsExactly("cpu:0", "cuda:0", "cuda:1");
        control.until(
                "the worker was asked",
                () -> latest().filter(said -> refusal(said, 0) == null).isPresent());
        assertThat(refusal(latest().orElseThrow(), 1)).isEqualTo("refused");
        control.until(
                "both cards are measured",
                () -> !control.telemetry.isEmpty()
                        && control.telemetry.getLast().cards().size() == 3);
        CardSample sample = control.telemetry.getLast().cards().get(1);
        assertThat(sample.detail().powerLimitWatts()).isEqualTo(700);
        assertThat(sample.findings()).isEmpty();

        cards.set("card0.mig", 2);
        control.until(
                "it is cut up",
                () -> latest().filter(said -> "mig".equals(refusal(said, 0))).isPresent());
        cards.set("card0.mig", 0);
        control.until(
                "it is whole again",
                () -> latest().filter(said -> refusal(said, 0) == null).isPresent());

        cards.set("card0.xids", "1:79").set("card0.lost", 15);
        control.until(
                "it takes no more work",
                () -> latest().filter(said -> refusal(said, 0) != null).isPresent());
        control.until(
                "the incident is told",
                () -> control.cards.stream()
                        .flatMap(said -> said.incidents().stream())
                        .anyMatch(incident -> incident.card().equals("cuda:0")
                                && incident.finding().code().equals("xid.79")));
        assertThat(control.telemetry.getLast().cards()).hasSize(3);
    }

    @Test
    void aWorkerThatCannotBeAskedLeavesTheCardsIdle() throws Exception {
        startAgent("");
        control.until(
                "that is said",
                () -> latest().filter(said -> "unasked".equals(refusal(said, 0)))
                        .isPresent());
        assertThat(latest().orElseThrow().cards().get(1).refusal().words())
                .endsWith("It said nothing and ended with exit code 0.");
    }

    @Test
    void cardsOfBothMakersAreJoinedWithTheWorkersByTheirPlaces() throws Exception {
        StandInNpus npus = StandInNpus.in(folder.resolve("ascend"))
                .set("chips", 3)
                .set("chip0.pci", "0000:C1:00.0")
                .set("chip1.pci", "0000:C2:00.0")
                .set("chip2.pci", "0001:C1:00.0");
        System.setProperty(DRIVER, npus.driver().toString());
        // To the worker one of them is hidden, so that it counts otherwise.
        startAgent("""
                {"cards":[{"id":"cpu:0"},{"id":"cuda:0","hardwareId":"0000:3b:00.0"},
                          {"id":"cuda:1","hardwareId":"0000:AF:00.0"},
                          {"id":"ascend:0","hardwareId":"0000:c2:00.0"},{"id":"ascend:1","hardwareId":"0001:c1:00.0"}],
                 "refusals":["0000:c1:00.0: the driver 23.0 is older than CANN 8.1 needs. Install a driver of the same release."]}""");
        control.until(
                "the worker was asked",
                () -> latest().filter(said -> refusal(said, 1) == null).isPresent());
        FromNode.Cards said = latest().orElseThrow();
        assertThat(said.cards())
                .extracting(CardInfo::id, CardInfo::hardwareId)
                .containsExactly(
                        tuple("cpu:0", null),
                        tuple("cuda:0", "0000:3b:00.0"),
                        tuple("cuda:1", "0000:af:00.0"),
                        tuple("ascend:2", "0000:c1:00.0"),
                        tuple("ascend:0", "0000:c2:00.0"),
                        tuple("ascend:1", "0001:c1:00.0"));
        assertThat(said.cards().get(3).refusal().words()).contains("Install a driver of the same release.");
        assertThat(said.cards().get(4).refusal()).isNull();

        npus.set("chip2.load", 1).set("chip2.errors", "80CD8008").set("chip0.events", "1:81078603:2:1");
        control.until(
                "its fault keeps work away",
                () -> latest().filter(now -> "npu.cache".equals(refusal(now, 4)))
                        .isPresent());
        control.until(
                "both incidents are told under the worker's names",
                () -> control.cards.stream()
                        .flatMap(now -> now.incidents().stream())
                        .map(incident ->
                                incident.card() + " " + incident.finding().code())
                        .collect(Collectors.toSet())
                        .containsAll(List.of("ascend:1 npu.cache", "ascend:2 npu.port")));
        control.until(
                "its load is told under the worker's name",
                () -> control.telemetry.getLast().cards().stream()
                        .anyMatch(card -> card.card().equals("ascend:1")
                                && card.utilisation() != null
                                && card.utilisation() == 1));
        npus.set("chip2.errors", "");
        control.until(
                "after a reset it takes work again",
                () -> latest().filter(now -> refusal(now, 4) == null).isPresent());
    }

    private Optional<FromNode.Cards> latest() {
        return control.cards.isEmpty() ? Optional.empty() : Optional.of(control.cards.getLast());
    }

    private static String refusal(FromNode.Cards said, int card) {
        CardInfo info = said.cards().get(card + 1);
        return info.refusal() == null ? null : info.refusal().code();
    }

    private void startAgent(String doctorsAnswer) throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        List<String> worker = Files.readAllLines(Specs.commandFile(folder));
        Path answer = Files.writeString(folder.resolve("answer.json"), doctorsAnswer);
        Path script = Files.writeString(
                folder.resolve("worker.sh"),
                "if [ \"$1\" = doctor ] && [ \"$2\" = --json ] && [ \"$CUDA_DEVICE_ORDER\" = PCI_BUS_ID ]; then cat "
                        + answer + "; else exec " + String.join(" ", worker) + " \"$@\"; fi\n");
        Path command = Files.writeString(folder.resolve("command"), "/bin/bash\n" + script + "\n");
        agent = AgentProcess.agent(vertx, home, control.address(), control.joinCode(), command, Clock.systemUTC());
        life = Thread.ofVirtual().start(() -> {
            try {
                agent.run();
            } catch (Exception e) {
                control.faults.add(e.toString());
            }
        });
        control.until("the agent is linked", control::linked);
    }
}
