package io.hearth.worker;

import io.hearth.contract.EvaluationJob;
import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.device.Device;
import io.hearth.worker.evaluate.EvaluationRun;
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

/** Compares a base model with an adapter on held-out rows. Started again after a stop, it goes on where it was. */
@Command(
        name = "evaluate",
        description = {
            "Answer held-out rows with the base model and with an adapter, and score both.",
            "SIGTERM or Ctrl-C: what is answered stays, the exit code is 75; the same command goes on from there."
        },
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TASK.json", description = "the task file")
    private Path taskFile;

    @Mixin
    private EventSink sink;

    private final OutputStream out;
    private final Terminal terminal;

    EvaluateCommand(OutputStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return sink.with(
                out,
                terminal,
                events -> StopSignal.run(
                        () -> {}, stopRequested -> Failure.caught(events, () -> evaluate(events, stopRequested))));
    }

    private int evaluate(Consumer<Event> events, BooleanSupplier stopRequested) throws InterruptedException {
        EvaluationJob job = JobFiles.evaluationJob(taskFile);
        try (FolderLock ours = FolderLock.take(Path.of(job.output()));
                Device device = Cards.open(job.device())) {
            return switch (new EvaluationRun(job, device, events, stopRequested).run()) {
                case DONE -> ExitCode.DONE;
                case STOPPED -> ExitCode.RESUMABLE;
            };
        }
    }
}
