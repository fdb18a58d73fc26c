package io.hearth.worker.ranks;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.worker.event.EventReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A rank that runs as a child process. It is on a leash: its standard input ends when this process does, and so does it. */
final class ChildRank {
    private static final System.Logger LOG = System.getLogger(ChildRank.class.getName());
    private static final int SIGNALS = 128;

    private final int rank;
    private final String card;
    private final Process process;
    private volatile String reason;

    /**
     * @param builder of the process, not yet started
     * @param ended told once it has ended and everything that it said is heard
     */
    ChildRank(int rank, String card, ProcessBuilder builder, Consumer<ChildRank> ended) throws IOException {
        this.rank = rank;
        this.card = card;
        process = builder.redirectError(ProcessBuilder.Redirect.PIPE)
                .redirectOutput(ProcessBuilder.Redirect.PIPE)
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        Thread.ofVirtual().name("log-of-rank-" + rank).start(this::passOnLog);
        Thread.ofVirtual().name("rank-" + rank).start(() -> {
            hear();
            ended.accept(this);
        });
    }

    private void passOnLog() {
        try (BufferedReader lines = process.errorReader()) {
            lines.lines().forEach(line -> LOG.log(System.Logger.Level.INFO, "rank " + rank + ": " + line));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The log of rank " + rank + " ends.", e);
        }
    }

    private void hear() {
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().map(EventReader::read).forEach(event -> event.ifPresent(this::hear));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The events of rank " + rank + " end.", e);
        }
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear(Event event) {
        switch (event) {
            case Event.Failed failed -> reason = failed.reason();
            case Event.Warning warning ->
                LOG.log(System.Logger.Level.WARNING, "rank " + rank + ": " + warning.message());
            default -> {}
        }
    }

    /** Whether it has ended otherwise than with the whole job. */
    boolean isLost() {
        return !process.isAlive() && process.exitValue() != ExitCode.DONE && process.exitValue() != ExitCode.RESUMABLE;
    }

    /** Of one that has ended: whether the job itself is at fault, so that starting it again would not help. */
    boolean refused() {
        return process.exitValue() == ExitCode.USAGE && reason != null;
    }

    String name() {
        return "rank " + rank + " on " + card;
    }

    /** Of one that has ended: whether that is because another rank was lost to it, and so no cause of anything. */
    boolean followed() {
        return reason != null && reason.startsWith("Rank " + rank + " cannot ");
    }

    /** What it said of its failure; null if nothing. */
    String reason() {
        return reason;
    }

    /** How it has ended, without a full stop: "rank 1 on cuda:1 was killed (signal 9)". */
    String ending() {
        int code = process.exitValue();
        if (reason != null) {
            return name() + " has failed: " + reason.replaceFirst("\\.$", "");
        }
        return code > SIGNALS
                ? name() + " was killed (signal " + (code - SIGNALS) + ")"
                : name() + " has ended with exit code " + code;
    }

    /** Waits for its own end, and ends it if that does not come within this time. */
    void end(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            process.waitFor();
        }
    }
}
