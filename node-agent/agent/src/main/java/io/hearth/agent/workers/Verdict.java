package io.hearth.agent.workers;

import io.hearth.contract.ExitCode;
import io.hearth.protocol.WorkerKind;
import java.util.OptionalInt;

/** What the end of an attempt means. */
sealed interface Verdict {
    /** It has done what it should. */
    record Finished() implements Verdict {}

    /** It has left off and can go on. */
    record LeftOff() implements Verdict {}

    /** Its task is wrong: starting it again would not help. */
    record Hopeless(String reason) implements Verdict {}

    /** It ended by a fault and may be started again. */
    record Fault(String reason) implements Verdict {}

    /**
     * Judges.
     *
     * @param code exit code; empty for an adopted process, of which only its last words are known
     * @param asked whether the agent had told it to stop
     */
    static Verdict of(WorkerKind kind, OptionalInt code, Observer said, boolean asked) {
        int exit = code.orElseGet(() -> guess(said));
        if (exit == ExitCode.USAGE) {
            return new Hopeless(
                    said.reason() != null
                            ? said.reason()
                            : "The worker refused its task without saying why. Its log may tell more.");
        }
        if (!kind.endless() && exit == ExitCode.DONE) {
            return new Finished();
        }
        if (asked || (!kind.endless() && exit == ExitCode.RESUMABLE)) {
            return new LeftOff();
        }
        return new Fault(why(exit, code.isPresent(), said));
    }

    private static int guess(Observer said) {
        return switch (said.outcome()) {
            case "done", "planned" -> ExitCode.DONE;
            case "stopped" -> ExitCode.RESUMABLE;
            // Of a mistake and a fault, a fault is assumed: the next attempt, whose exit code will be known, tells them
            // apart.
            case null, default -> ExitCode.FAULT;
        };
    }

    private static String why(int exit, boolean known, Observer said) {
        if (said.reason() != null) {
            return said.reason();
        }
        if (!known) {
            return "The worker ended without a word while its node's agent was away. Its log may tell more.";
        }
        return switch (exit) {
            case 128 + 9 ->
                "The worker was killed (signal 9). If nobody did that, the machine ran out of memory: run less on it at once.";
            case 0, 128 + 15 -> "The worker was stopped by someone else on the machine.";
            default ->
                exit > 128
                        ? "The worker was ended by signal " + (exit - 128) + ". Its log may tell more."
                        : "The worker ended with exit code " + exit + " without saying why. Its log may tell more.";
        };
    }
}
