package io.hearth.ui.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.FromNode;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.overview.Attention;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeNoticesTest {
    @TempDir
    Path folder;

    @Test
    void whatNeedsAPersonIsSaid() throws Exception {
        HandClock clock = new HandClock();
        try (Plane plane = new Plane(folder, clock);
                TestAgent agent = plane.join("box")) {
            NodeNotices notices = new NodeNotices(
                    plane.nodes, plane.telemetry, plane.events, plane.certificates, new HearthHome(folder), clock);
            assertThat(texts(plane, notices))
                    .containsExactly("The node box is offline. What runs on it goes on if the"
                            + " machine lives; look at its power and network.");
            agent.greet();
            assertThat(texts(plane, notices)).isEmpty();
            plane.telemetry.take(
                    agent.id,
                    new FromNode.Telemetry(
                            TestAgent.sample(0).host(),
                            List.of(new CardSample(
                                    "cuda:0", null, null, null, null, null, null, List.of("Xid 79"), List.of()))));
            assertThat(texts(plane, notices))
                    .containsExactly("The card cuda:0 of the node box tells of an error: Xid 79");
            CardFinding broken =
                    CardFinding.of("lost", CardFinding.Level.FAULT, CardFinding.Origin.BUS, CardFinding.Action.REBOOT);
            CardFinding normal = CardFinding.of(
                    "power-limited",
                    CardFinding.Level.NOTE,
                    CardFinding.Origin.SURROUNDINGS,
                    CardFinding.Action.NONE,
                    "700",
                    "700");
            CardSample lost = CardSample.silent("cuda:0", broken);
            plane.telemetry.take(
                    agent.id,
                    new FromNode.Telemetry(
                            TestAgent.sample(0).host(), List.of(lost.examined(List.of(broken, normal)))));
            assertThat(texts(plane, notices))
                    .singleElement()
                    .asString()
                    .startsWith("Card cuda:0 of the node box: The card has fallen off the bus.")
                    .contains("Restart the machine.");
            clock.move(Duration.ofDays(85));
            plane.telemetry.silent(agent.id);
            assertThat(texts(plane, notices))
                    .containsExactly(
                            "The certificate of the node box ends in 5 days and was not renewed. See to it that"
                                    + " the node is online; else let it join again.");
        }
    }

    private static List<String> texts(Plane plane, NodeNotices notices) {
        List<Attention.Notice> found = plane.database.read(notices::notices);
        return found.stream().map(notice -> notice.text().toString()).toList();
    }
}
