package io.hearth.worker.event;

import io.hearth.contract.Event;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Events for a person. On a terminal the current step is one line that is drawn over and over; elsewhere a plain line is
 * written now and then.
 */
public final class ProgressLine implements Consumer<Event> {
    private static final Duration TERMINAL_PAUSE = Duration.ofMillis(100);
    private static final Duration PLAIN_PAUSE = Duration.ofSeconds(5);

    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private long lastDrawn;
    private boolean anyDrawn;
    private int lineLength;

    /**
     * @param out where to write
     * @param terminal whether a line can be drawn over
     */
    public ProgressLine(PrintStream out, boolean terminal) {
        this(out, terminal, System::nanoTime);
    }

    ProgressLine(PrintStream out, boolean terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized void accept(Event event) {
        switch (event) {
            case Event.Step step -> step(step);
            case Event.Phase phase -> line(phase.detail() == null ? phase.phase() : phase.detail());
            case Event.Evaluation evaluation ->
                line(text(
                        "step %d: held-out loss %.4f, perplexity %.2f%s",
                        evaluation.step(),
                        evaluation.loss(),
                        evaluation.perplexity(),
                        evaluation.best() ? " (best so far)" : ""));
            case Event.Checkpoint checkpoint ->
                line(text("step %d: checkpoint %s", checkpoint.step(), checkpoint.directory()));
            case Event.Warning warning -> line("Note: " + warning.message());
            case Event.Ready ready -> line("Serving " + String.join(", ", ready.models()) + " on " + ready.url());
            case Event.Done done ->
                line("Done. The result is in " + done.output() + " (SHA-256 " + done.sha256() + ").");
            case Event.Stopped stopped ->
                line(text("Stopped after step %d. The same command goes on from there.", stopped.step()));
            case Event.Failed failed -> line("Failed: " + failed.reason());
            case Event.Planned planned ->
                line(text(
                        "%,d bytes and %.0f seconds are needed.",
                        planned.plan().memory().total(), planned.plan().seconds()));
            case Event.Answered answered ->
                line(text("row %d of %d is answered", answered.index() + 1, answered.rows()));
            case Event.ParityChecked checked ->
                line(checked.same() ? "Served and trained model agree." : "They differ: " + checked.difference());
            case Event.Usage _ -> {}
        }
    }

    private void step(Event.Step step) {
        long now = nanoTime.getAsLong();
        long pause = (terminal ? TERMINAL_PAUSE : PLAIN_PAUSE).toNanos();
        if (anyDrawn && now - lastDrawn < pause && step.step() < step.steps()) {
            return;
        }
        anyDrawn = true;
        lastDrawn = now;
        String line = describe(step);
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, lineLength - line.length())));
            out.flush();
            lineLength = line.length();
        } else {
            out.println(line);
        }
    }

    /** One line for a step: position, loss, learning rate, speed and time left. */
    static String describe(Event.Step step) {
        return text(
                "step %d/%d  epoch %.2f  loss %.4f  lr %.2e  %,.0f tokens/s  %s left",
                step.step(),
                step.steps(),
                step.epoch(),
                step.loss(),
                step.learningRate(),
                step.tokensPerSecond(),
                duration(step.etaSeconds()));
    }

    /** A duration as {@code 42s}, {@code 3m05s} or {@code 2h07m}; {@code ?} if it is not known. */
    public static String duration(double seconds) {
        if (!Double.isFinite(seconds) || seconds < 0) {
            return "?";
        }
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + "s";
        }
        return whole < 3600
                ? text("%dm%02ds", whole / 60, whole % 60)
                : text("%dh%02dm", whole / 3600, whole % 3600 / 60);
    }

    private void line(String text) {
        if (lineLength > 0) {
            out.println();
            lineLength = 0;
        }
        out.println(text);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
