package io.hearth.worker;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.contract.MergeJob;
import io.hearth.device.Device;
import io.hearth.engine.train.Merger;
import io.hearth.worker.event.EventSink;
import io.hearth.worker.job.JobFiles;
import io.hearth.worker.process.Cards;
import io.hearth.worker.process.Failure;
import io.hearth.worker.process.StopSignal;
import io.hearth.worker.process.Terminal;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes a base model and an adapter as one model. It comes to its end also when it is told to stop: it is short. */
@Command(
        name = "merge",
        description = "Write a base model and an adapter as one model in Hugging Face layout.",
        mixinStandardHelpOptions = true)
final class MergeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TASK.json", description = "the task file")
    private Path taskFile;

    @Mixin
    private EventSink sink;

    private final OutputStream out;
    private final Terminal terminal;

    MergeCommand(OutputStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return sink.with(
                out,
                terminal,
                events -> StopSignal.run(() -> {}, stopRequested -> Failure.caught(events, () -> merge(events))));
    }

    private int merge(Consumer<Event> events) {
        MergeJob job = JobFiles.mergeJob(taskFile);
        events.accept(new Event.Phase("merge", "Merging " + job.adapter() + " into " + job.base()));
        try (Device device = Cards.open(job.device())) {
            String sha256 = Merger.merge(Path.of(job.base()), Path.of(job.adapter()), Path.of(job.output()), device);
            events.accept(new Event.Done(job.output(), sha256, Map.of()));
        }
        return ExitCode.DONE;
    }
}
