package io.hearth.agent.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.FromNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFeedTest {
    @TempDir
    private Path folder;

    private EventSpool spool;

    @BeforeEach
    void open() {
        spool = new EventSpool(folder);
    }

    @Test
    void aTornLineWaitsUntilItIsWhole() throws Exception {
        write(1, "{\"n\":1}\n{\"n\":");
        EventFeed feed = new EventFeed(spool, true);
        assertThat(sequences(feed.next())).containsExactly(1L);
        assertThat(feed.next()).isEmpty();
        assertThat(spool.last()).isEqualTo(1);
        write(1, "2}\n");
        List<FromNode.EventLine> next = feed.next();
        assertThat(sequences(next)).containsExactly(2L);
        assertThat(next.getFirst().event().get("n").asInt()).isEqualTo(2);
    }

    @Test
    void aTornLineThatIsCutOffIsNeverSent() throws Exception {
        write(1, "{\"n\":1}\n{\"torn");
        EventFeed feed = new EventFeed(spool, true);
        assertThat(sequences(feed.next())).containsExactly(1L);
        Files.writeString(spool.file(1), "{\"n\":1}\n");
        write(1, "{\"n\":3}\n");
        assertThat(feed.next().getFirst().event().get("n").asInt()).isEqualTo(3);
    }

    @Test
    void readsSegmentsInOrderWhileTheyAreWritten() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        EventFeed feed = new EventFeed(spool, true);
        List<Long> heard = new ArrayList<>();
        long first = 1;
        long next = 1;
        while (next < 5_000) {
            int lines = random.nextInt(40);
            for (int i = 0; i < lines; i++) {
                if (next > first && random.nextInt(60) == 0) {
                    first = next;
                }
                write(first, "{\"n\":" + next + ",\"x\":\"" + "y".repeat(random.nextInt(200)) + "\"}\n");
                next++;
            }
            for (FromNode.EventLine line : feed.next()) {
                assertThat(line.event().get("n").asLong()).as("seed %d", seed).isEqualTo(line.sequence());
                heard.add(line.sequence());
            }
            if (!heard.isEmpty()) {
                feed.stored(heard.getLast(), next - 1);
            }
            if (random.nextInt(20) == 0) {
                long back = heard.isEmpty() ? 0 : heard.getLast();
                feed.relink();
                feed.stored(back, next - 1);
            }
        }
        for (List<FromNode.EventLine> rest = feed.next(); !rest.isEmpty(); rest = feed.next()) {
            heard.addAll(sequences(rest));
            feed.stored(heard.getLast(), next - 1);
        }
        assertThat(heard)
                .as("seed %d", seed)
                .isEqualTo(LongStream.range(1, next).boxed().toList());
    }

    @Test
    void onlyABoundedNumberIsUnderWay() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= 5_000; i++) {
            lines.append("{}\n");
        }
        write(1, lines.toString());
        EventFeed feed = new EventFeed(spool, true);
        int sent = 0;
        for (List<FromNode.EventLine> batch = feed.next(); !batch.isEmpty(); batch = feed.next()) {
            assertThat(batch).hasSizeLessThanOrEqualTo(500);
            sent += batch.size();
        }
        assertThat(sent).isEqualTo(2_000);
        feed.stored(700, 5_000);
        assertThat(sequences(feed.next())).first().isEqualTo(2_001L);
    }

    @Test
    void afterANewLinkItWaitsToBeToldWhereToGoOn() throws Exception {
        write(1, "{}\n{}\n{}\n");
        EventFeed feed = new EventFeed(spool, false);
        assertThat(feed.known()).isFalse();
        assertThat(feed.next()).isEmpty();
        feed.stored(1, 3);
        assertThat(sequences(feed.next())).containsExactly(2L, 3L);
        feed.stored(3, 3);
        feed.relink();
        assertThat(feed.next()).isEmpty();
        feed.stored(0, 3);
        assertThat(sequences(feed.next())).containsExactly(1L, 2L, 3L);
    }

    @Test
    void whatIsStoredIsForgottenInWholeSegmentsButNeverTheNewest() throws Exception {
        write(1, "{}\n{}\n");
        write(3, "{}\n{}\n");
        write(5, "{}\n");
        EventFeed feed = new EventFeed(spool, true);
        feed.next();
        feed.stored(3, 5);
        assertThat(spool.has(1)).isFalse();
        assertThat(spool.has(3)).isTrue();
        feed.stored(5, 2);
        assertThat(spool.has(3)).as("what the agent has not looked at itself").isTrue();
        feed.stored(5, 5);
        assertThat(spool.has(3)).isFalse();
        assertThat(spool.has(5)).isTrue();
        assertThat(spool.last()).isEqualTo(5);
    }

    @Test
    void whatCannotBeSentKeepsItsNumber() throws Exception {
        write(1, "{\"n\":1}\nnot json\n[1]\n{\"x\":\"" + "y".repeat(4 << 20) + "\"}\n{\"n\":5}\n");
        EventFeed feed = new EventFeed(spool, true);
        List<FromNode.EventLine> lines = new ArrayList<>();
        for (List<FromNode.EventLine> batch = feed.next(); !batch.isEmpty(); batch = feed.next()) {
            lines.addAll(batch);
            feed.stored(lines.getLast().sequence(), 5);
        }
        assertThat(sequences(lines)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(lines.subList(1, 4))
                .allSatisfy(
                        line -> assertThat(line.event().path("event").asText()).isEqualTo("warning"));
    }

    private void write(long first, String text) throws IOException {
        Files.writeString(spool.file(first), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<Long> sequences(List<FromNode.EventLine> lines) {
        return lines.stream().map(FromNode.EventLine::sequence).toList();
    }
}
