package io.hearth.worker.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.contract.Event;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFolderTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_123L), ZoneOffset.UTC);

    @TempDir
    Path folder;

    @Test
    void segmentsAreNamedByTheNumberOfTheirFirstLineWithoutGaps() throws IOException {
        write(200, 1, 30);
        write(200, 31, 50);

        List<Path> segments = EventFolder.segments(folder);
        assertThat(segments).hasSizeGreaterThan(3);
        long next = 1;
        for (Path segment : segments) {
            assertThat(segment.getFileName()).hasToString("%020d.jsonl".formatted(next));
            next += Files.readAllLines(segment).size();
        }
        assertThat(steps()).hasSize(50).isSorted().startsWith(1).endsWith(50);
        assertThat(Files.readAllLines(segments.getFirst()).getFirst())
                .isEqualTo("{\"event\":\"stopped\",\"time\":1700000000123,\"step\":1}");
    }

    @Test
    void aLineThatAKillCutOffIsGoneAndItsNumberIsUsedAgain() throws IOException {
        write(1 << 20, 1, 5);
        Path segment = EventFolder.segments(folder).getFirst();
        for (int kept = 0; kept < 20; kept++) {
            Files.writeString(
                    segment, "{\"event\":\"stopped\",\"step\":9".substring(0, kept), StandardOpenOption.APPEND);
            write(1 << 20, 6 + kept, 6 + kept);
        }
        assertThat(EventFolder.segments(folder)).containsExactly(segment);
        assertThat(steps()).hasSize(25).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void readSegmentsMayBeDeletedButTheLast() throws IOException {
        write(100, 1, 20);
        List<Path> segments = EventFolder.segments(folder);
        for (Path segment : segments.subList(0, segments.size() - 1)) {
            Files.delete(segment);
        }
        write(100, 21, 21);
        Path last = EventFolder.segments(folder).getLast();
        long first = Long.parseLong(last.getFileName().toString().substring(0, 20));
        assertThat(first + Files.readAllLines(last).size() - 1).isEqualTo(21);
    }

    @Test
    void aFolderThatCannotBeMadeIsASentence() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> EventFolder.open(file, CLOCK))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("cannot be written");
    }

    private void write(long segmentBytes, int from, int to) {
        try (EventFolder events = EventFolder.open(folder, CLOCK, segmentBytes)) {
            for (int i = from; i <= to; i++) {
                events.accept(new Event.Stopped(i));
            }
        }
    }

    private List<Integer> steps() throws IOException {
        List<Integer> steps = new ArrayList<>();
        for (Path segment : EventFolder.segments(folder)) {
            for (String line : Files.readAllLines(segment)) {
                steps.add(((Event.Stopped) EventReader.read(line).orElseThrow()).step());
            }
        }
        return steps;
    }
}
