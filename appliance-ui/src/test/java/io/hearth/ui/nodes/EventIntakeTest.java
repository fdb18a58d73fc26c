package io.hearth.ui.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerKind;
import io.hearth.ui.core.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventIntakeTest {
    @TempDir
    Path folder;

    private final HandClock clock = new HandClock();

    @Test
    void everyEventCountsOnceHoweverTheyCome() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int last = 400;
        Plane plane = new Plane(folder, clock);
        Worker worker;
        try (TestAgent agent = plane.join("a")) {
            agent.greet();
            worker = plane.placed(Plane.request(WorkerKind.TRAIN, 1 << 20, agent.id, List.of()));
            while (plane.worker(worker.id()).lastEvent() < last) {
                long stored = plane.worker(worker.id()).lastEvent();
                long first = Math.max(1, stored - 10 + random.nextInt(15));
                List<FromNode.EventLine> lines =
                        new ArrayList<>(lines(first, Math.min(last, first + random.nextInt(40))));
                if (random.nextInt(4) == 0) {
                    Collections.shuffle(lines, random);
                }
                if (random.nextInt(4) == 0) {
                    lines.addAll(List.copyOf(lines));
                }
                // Now and then a listener throws, which is what a control plane killed in the middle looks like to the
                // database.
                plane.told.poison = random.nextInt(3) == 0 ? stored + random.nextInt(20) : -1;
                plane.events.take(agent.id, new FromNode.Events(worker.id(), lines));
                plane.told.poison = -1;
                if (random.nextInt(3) == 0) {
                    clock.move(Duration.ofSeconds(40));
                    plane.events.retry();
                }
                if (random.nextInt(10) == 0) {
                    plane.close();
                    plane = new Plane(folder, clock);
                }
            }
            assertThat(plane.told(worker.id()))
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, last)
                            .mapToObj(i -> i + " text " + i)
                            .toList());
            assertThat(plane.events.setAside()).isZero();
        } finally {
            plane.close();
        }
    }

    @Test
    void anEventThatCannotBeTakenInIsSetAsideAndTheRestGoesOn() throws Exception {
        try (Plane plane = new Plane(folder, clock);
                TestAgent agent = plane.join("a")) {
            agent.greet();
            Worker worker = plane.placed(Plane.request(WorkerKind.TRAIN, 1 << 20, agent.id, List.of()));
            Worker other = plane.placed(Plane.request(WorkerKind.SERVE, 1 << 20, agent.id, List.of()));
            plane.told.poison = 3;
            agent.say(new FromNode.Events(worker.id(), lines(1, 5)));
            assertThat(agent.hear(ToNode.EventsStored.class)).isEqualTo(new ToNode.EventsStored(worker.id(), 2));
            agent.say(new FromNode.Events(other.id(), lines(1, 2)));
            assertThat(agent.hear(ToNode.EventsStored.class)).isEqualTo(new ToNode.EventsStored(other.id(), 2));
            assertThat(plane.events.stuck()).isEqualTo(1);
            for (int attempt = 2; attempt <= EventIntake.ATTEMPTS; attempt++) {
                assertThat(plane.told(worker.id())).containsExactly("1 text 1", "2 text 2");
                clock.move(Duration.ofSeconds(60));
                plane.events.retry();
            }
            assertThat(agent.hear(ToNode.EventsStored.class)).isEqualTo(new ToNode.EventsStored(worker.id(), 5));
            assertThat(plane.told(worker.id())).containsExactly("1 text 1", "2 text 2", "4 text 4", "5 text 5");
            assertThat(plane.events.setAside()).isEqualTo(1);
            assertThat(plane.events.stuck()).isZero();
        }
    }

    @Test
    void aGapIsAskedForAgainAndStrangersAreNotHeard() throws Exception {
        try (Plane plane = new Plane(folder, clock);
                TestAgent a = plane.join("a");
                TestAgent b = plane.join("b")) {
            a.greet();
            b.greet();
            Worker worker = plane.placed(Plane.request(WorkerKind.TRAIN, 1 << 20, a.id, List.of()));
            a.say(new FromNode.Events(worker.id(), lines(3, 5)));
            assertThat(a.hear(ToNode.EventsStored.class).sequence()).isZero();
            a.say(new FromNode.Events(worker.id(), List.of(new FromNode.EventLine(1, IntNode.valueOf(7)))));
            assertThat(a.hear(ToNode.EventsStored.class).sequence()).isEqualTo(1);
            assertThat(plane.events.setAside()).as("it is not an event").isEqualTo(1);

            b.say(new FromNode.Events(worker.id(), lines(2, 3)));
            b.say(new FromNode.Events("worker-long-gone", lines(8, 9)));
            assertThat(b.hear(ToNode.EventsStored.class)).isEqualTo(new ToNode.EventsStored("worker-long-gone", 9));
            assertThat(plane.worker(worker.id()).lastEvent()).isEqualTo(1);
        }
    }

    private static List<FromNode.EventLine> lines(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(i -> new FromNode.EventLine(i, event("text " + i)))
                .toList();
    }

    private static JsonNode event(String text) {
        return Json.MAPPER
                .createObjectNode()
                .put("event", "phase")
                .put("time", 1)
                .put("text", text);
    }
}
