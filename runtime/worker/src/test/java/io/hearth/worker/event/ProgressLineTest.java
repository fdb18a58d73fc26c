package io.hearth.worker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.contract.Event;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong();

    @Test
    void elsewhereAPlainLineIsWrittenNowAndThen() {
        ProgressLine progress = progress(false);
        for (int i = 1; i <= 100; i++) {
            progress.accept(step(i, 100));
            clock.addAndGet(Duration.ofMillis(100).toNanos());
        }
        assertThat(printed().lines()).hasSize(3).allMatch(line -> line.startsWith("step "));
        assertThat(printed())
                .contains("step 1/100", "step 51/100", "step 100/100")
                .doesNotContain("\r");
    }

    @Test
    void onATerminalTheLineIsDrawnOverAndEndsBeforeOtherText() {
        ProgressLine progress = progress(true);
        progress.accept(step(1, 2));
        progress.accept(step(2, 2));
        progress.accept(new Event.Failed("The disk is full."));
        assertThat(printed().split("\r")).hasSize(3);
        assertThat(printed()).endsWith(System.lineSeparator() + "Failed: The disk is full." + System.lineSeparator());
    }

    @Test
    void durationsAreShort() {
        assertThat(ProgressLine.duration(0)).isEqualTo("0s");
        assertThat(ProgressLine.duration(59.6)).isEqualTo("1m00s");
        assertThat(ProgressLine.duration(185)).isEqualTo("3m05s");
        assertThat(ProgressLine.duration(7620)).isEqualTo("2h07m");
        assertThat(ProgressLine.duration(Double.NaN)).isEqualTo("?");
        assertThat(ProgressLine.duration(Double.POSITIVE_INFINITY)).isEqualTo("?");
    }

    private ProgressLine progress(boolean terminal) {
        return new ProgressLine(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal, clock::get);
    }

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static Event.Step step(int step, int steps) {
        return new Event.Step(step, steps, 0.1 * step, 2.5, 1e-3, 1, 100, 1234.5, 61);
    }
}
