package io.hearth.worker.process;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.device.DeviceException;
import io.hearth.device.RankLostException;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.train.JobException;
import io.hearth.text.TextException;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * What a command says when it ends badly. A card that failed while it worked is a fault, because the same work may be done by
 * another process; that a card cannot be used or has not enough memory is a mistake, because it would be so again.
 *
 * @param exitCode {@link ExitCode#USAGE} or {@link ExitCode#FAULT}
 * @param sentence for a person
 */
public record Failure(int exitCode, String sentence) {
    private static final System.Logger LOG = System.getLogger(Failure.class.getName());

    /**
     * Does the work. What it throws becomes a {@code failed} event and an exit code; the trace of a fault goes to the log
     * and nowhere else.
     */
    public static int caught(Consumer<Event> events, Callable<Integer> work) {
        try {
            return work.call();
        } catch (Throwable e) {
            Failure failure = of(e);
            if (failure.exitCode() == ExitCode.FAULT) {
                LOG.log(System.Logger.Level.ERROR, failure.sentence(), e);
            }
            events.accept(new Event.Failed(failure.sentence()));
            return failure.exitCode();
        }
    }

    /** The failure that an exception means. */
    public static Failure of(Throwable e) {
        return switch (e) {
            case UsageException usage -> new Failure(ExitCode.USAGE, usage.getMessage());
            case CheckpointException checkpoint -> new Failure(ExitCode.USAGE, checkpoint.getMessage());
            case JobException job -> new Failure(ExitCode.USAGE, job.getMessage());
            case TextException text -> new Failure(ExitCode.USAGE, text.getMessage());
            // The job is as good as before: another attempt may have all its cards.
            case RankLostException lost -> new Failure(ExitCode.FAULT, lost.getMessage());
            case DeviceException device ->
                new Failure(device.isFault() ? ExitCode.FAULT : ExitCode.USAGE, device.getMessage());
            case OutOfMemoryError memory ->
                new Failure(
                        ExitCode.FAULT,
                        "The process ran out of Java memory. Set HEARTH_HEAP to more, such as HEARTH_HEAP=4g.");
            default ->
                new Failure(
                        ExitCode.FAULT,
                        "A fault in Hearth stopped the work: " + e.getClass().getSimpleName()
                                + (e.getMessage() == null
                                        ? ""
                                        : ": "
                                                + e.getMessage()
                                                        .lines()
                                                        .findFirst()
                                                        .orElse(""))
                                + ". The log has the details.");
        };
    }
}
