package io.hearth.worker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.contract.Event;
import io.hearth.contract.Plan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventWriterTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_123L), ZoneOffset.UTC);

    private static final List<Event> EVENTS = List.of(
            new Event.Phase("load", "Loading\nthe 模型 \"base\""),
            new Event.Step(3, 10, 0.5, 1.25, 2e-4, 0.75, 2048, 512.5, 12),
            new Event.Evaluation(3, 1.5, 4.48, 99, true),
            new Event.Checkpoint(3, "/out/checkpoint-3"),
            new Event.Warning("Two rows were left out."),
            new Event.Ready("http://127.0.0.1:8080", List.of("base", "tuned")),
            new Event.Done("/out", "ab12", Map.of("loss", 0.5)),
            new Event.Stopped(7),
            new Event.Failed("The disk is full."),
            new Event.Planned(new Plan(new Plan.Memory(1, 2, 3, 4, 5), 99, true, 10, 2048, 512.5, 4, "")),
            new Event.Answered(
                    0, 2, 7, "问", "答", new Event.Answer("no", false, 0.25, 3.5), new Event.Answer("答", true, 1, 0.5)),
            new Event.ParityChecked(32, 900, true, null),
            new Event.Usage("key:user:d:1", "tuned", 12, 4, 30, 0.25, 1.5, "stop"));

    @Test
    void everyEventIsOneLineThatReadsBackTheSame() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        EventWriter writer = new EventWriter(out, CLOCK);
        EVENTS.forEach(writer);

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSameSizeAs(EVENTS);
        assertThat(lines.stream().map(line -> EventReader.read(line).orElseThrow()))
                .isEqualTo(EVENTS);
        assertThat(EVENTS.stream().map(Event::getClass).distinct().count())
                .as("every kind of event is tried")
                .isEqualTo(Event.class.getPermittedSubclasses().length);
    }

    @Test
    void nameComesFirstAndMembersAreTheComponents() {
        assertThat(EventWriter.line(new Event.Stopped(7), 12))
                .isEqualTo("{\"event\":\"stopped\",\"time\":12,\"step\":7}");
    }

    @Test
    void numbersThatAreNotFiniteAreNull() {
        String line = EventWriter.line(
                new Event.Step(1, 2, 0, Double.NaN, 1, Double.POSITIVE_INFINITY, 1, 1, Double.NEGATIVE_INFINITY), 0);
        assertThat(line).contains("\"loss\":null", "\"gradNorm\":null", "\"etaSeconds\":null");
        assertThat(EventWriter.line(new Event.Done("o", "s", Map.of("loss", Double.NaN)), 0))
                .contains("{\"loss\":null}");
    }

    @Test
    void readerPassesOverWhatItDoesNotKnow() {
        assertThat(EventReader.read("not json")).isEmpty();
        assertThat(EventReader.read("[1]")).isEmpty();
        assertThat(EventReader.read("")).isEmpty();
        assertThat(EventReader.read("{\"event\":\"tomorrow\"}")).isEmpty();
        assertThat(EventReader.read("{\"event\":\"stopped\",\"step\":7,\"later\":1}"))
                .contains(new Event.Stopped(7));
    }

    @Test
    void workGoesOnWhenNobodyReads() {
        AtomicInteger writes = new AtomicInteger();
        EventWriter writer = new EventWriter(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        writes.incrementAndGet();
                        throw new IOException("closed");
                    }
                },
                CLOCK);
        EVENTS.forEach(writer);
        assertThat(writes).hasValue(1);
    }
}
