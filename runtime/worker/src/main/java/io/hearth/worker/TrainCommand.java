package io.hearth.worker;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.contract.TrainJob;
import io.hearth.device.Device;
import io.hearth.engine.train.TrainingRun;
import io.hearth.worker.event.EventSink;
import io.hearth.worker.job.JobFiles;
import io.hearth.worker.process.Cards;
import io.hearth.worker.process.Failure;
import io.hearth.worker.process.FolderLock;
import io.hearth.worker.process.StopSignal;
import io.hearth.worker.process.Terminal;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Trains one job. Started again on the same job after a stop, a kill or a power cut, it goes on from the newest checkpoint.
 */
@Command(
        name = "train",
        description = {
            "Train one job, or go on with one that was stopped.",
            "SIGTERM or Ctrl-C: the step is finished, a checkpoint is written, the exit code is 75."
        },
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "JOB.json", description = "the job file")
    private Path jobFile;

    @Mixin
    private EventSink sink;

    private final OutputStream out;
    private final Terminal terminal;

    TrainCommand(OutputStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return sink.with(out, terminal, this::run);
    }

    private int run(Consumer<Event> events) {
        Runnable onStop =
                () -> events.accept(new Event.Phase("stop", "Stopping after the current step, with a checkpoint ..."));
        return StopSignal.run(onStop, stopRequested -> Failure.caught(events, () -> train(events, stopRequested)));
    }

    private int train(Consumer<Event> events, BooleanSupplier stopRequested) {
        TrainJob job = JobFiles.trainJob(jobFile);
        try (FolderLock ours = FolderLock.take(Path.of(job.output()));
                Device device = Cards.open(job.device())) {
            return switch (new TrainingRun(job, device, events).run(stopRequested)) {
                case DONE -> ExitCode.DONE;
                case STOPPED -> ExitCode.RESUMABLE;
            };
        }
    }
}
