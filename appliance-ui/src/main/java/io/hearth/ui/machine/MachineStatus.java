package io.hearth.ui.machine;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What runs on the machine and what became of earlier generations.
 *
 * @param version version that runs
 * @param mode {@code disk} on an installed machine, {@code install} or {@code net} on one that runs from a medium
 * @param slots A and B; none on a machine that runs from a medium
 * @param log what health checks, the guard of the data and updates have noted, the oldest first
 * @param uploaded whether a bundle was uploaded and is still there
 * @param installing how far the installation is that goes on, or null
 * @param last what became of the last installation, or null
 * @param trust whose bundles the system that runs takes
 */
public record MachineStatus(
        String version,
        String mode,
        List<Slot> slots,
        List<LogLine> log,
        boolean uploaded,
        @Nullable MachineProgress installing,
        @Nullable Outcome last,
        List<Authority> trust) {
    /** How long before the end of all trust somebody should know: a change of keys takes two generations on every machine. */
    private static final Duration NOTICE = Duration.ofDays(180);

    /**
     * A slot.
     *
     * @param name {@code A} or {@code B}
     * @param version version in it; empty if there is none
     * @param state {@code proven}; {@code trial}: it has still to prove itself; {@code failed}: all attempts were in vain; {@code off}:
     *     not to be started; {@code empty}
     * @param running whether the machine runs from it
     * @param next whether the machine starts from it next
     * @param attempts attempts that are left, or null if it needs none
     */
    public record Slot(
            String name,
            String version,
            String state,
            boolean running,
            boolean next,
            @Nullable Integer attempts) {}

    /**
     * Something that was noted.
     *
     * @param time ISO 8601
     * @param slot slot that ran
     * @param version version that ran
     * @param text what was noted, in English
     */
    public record LogLine(String time, String slot, String version, String text) {}

    /**
     * What became of an installation.
     *
     * @param time when it ended, or when it began if it was interrupted
     * @param version version of the bundle
     * @param result {@code installed}, {@code refused}, or {@code interrupted}
     * @param refused why it was not installed, or null
     */
    public record Outcome(
            String time,
            String version,
            String result,
            @Nullable Refusal refused) {}

    /**
     * Whoever signs bundles in its name is trusted.
     *
     * @param name subject of its certificate
     * @param until end of the certificate; nothing that it has signed is taken afterwards
     */
    public record Authority(String name, Instant until) {}

    /** When the last of the trusted authorities ends, if that is soon: no update can be installed afterwards. */
    public Optional<Instant> trustEndsSoon(Instant now) {
        return trust.stream()
                .map(Authority::until)
                .max(Comparator.naturalOrder())
                .filter(end -> end.isBefore(now.plus(NOTICE)));
    }

    /** Whether Hearth is installed on this machine, so that it can be updated. */
    public boolean installed() {
        return mode.equals("disk");
    }

    /** The slot that the next start takes, if that is another than the one that runs. */
    public Optional<Slot> waiting() {
        return slots.stream().filter(slot -> slot.next() && !slot.running()).findFirst();
    }

    /** The slot whose generation was given up: the machine has gone back from it. */
    public Optional<Slot> givenUp() {
        return slots.stream()
                .filter(slot -> slot.state().equals("failed") && !slot.running())
                .findFirst();
    }

    /** What the health check of a version noted last of what is wrong; empty if it did not come so far. */
    public Optional<String> cause(String failedVersion) {
        return log.reversed().stream()
                .filter(line ->
                        line.version().equals(failedVersion) && line.text().startsWith(LogWords.FAILED))
                .map(line -> line.text().substring(LogWords.FAILED.length()))
                .findFirst();
    }
}
