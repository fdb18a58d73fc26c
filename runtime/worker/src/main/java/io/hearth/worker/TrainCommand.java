package io.hearth.worker;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.contract.TrainJob;
import io.hearth.device.Device;
import io.hearth.device.RankLostException;
import io.hearth.device.Rendezvous;
import io.hearth.device.RendezvousFolder;
import io.hearth.engine.parallel.Ranks;
import io.hearth.engine.train.TrainingRun;
import io.hearth.worker.event.EventSink;
import io.hearth.worker.job.JobFiles;
import io.hearth.worker.process.Cards;
import io.hearth.worker.process.Failure;
import io.hearth.worker.process.FolderLock;
import io.hearth.worker.process.StopSignal;
import io.hearth.worker.process.Terminal;
import io.hearth.worker.process.UsageException;
import io.hearth.worker.ranks.LastResort;
import io.hearth.worker.ranks.LaunchedRanks;
import io.hearth.worker.ranks.Leash;
import io.hearth.worker.ranks.RankSettings;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Trains one job. Started again on the same job after a stop, a kill or a power cut, it goes on from the newest checkpoint.
 */
@Command(
        name = "train",
        description = {
            "Train one job, or go on with one that was stopped.",
            "A job that names several \"devices\" is trained by a process for each, which this one starts and ends.",
            "SIGTERM or Ctrl-C: the step is finished, a checkpoint is written, the exit code is 75."
        },
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "JOB.json", description = "the job file")
    private Path jobFile;

    @Option(
            names = "--rank",
            paramLabel = "R",
            description =
                    "take only part R, from 0, of a job on several devices; the other parts are started elsewhere")
    private Integer rank;

    @Option(
            names = "--meet",
            paramLabel = "DIR",
            description = "with --rank: a folder, empty at first, that all parts of this attempt share")
    private Path meetingPlace;

    @Option(names = "--leashed", hidden = true, description = "end when standard input ends")
    private boolean leashed;

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
        if (leashed) {
            Leash.tie(System.in);
        }
        TrainJob job = JobFiles.trainJob(jobFile);
        if (rank != null) {
            return part(job, events, stopRequested);
        }
        try (FolderLock ours = FolderLock.take(Path.of(job.output()))) {
            return job.cards().size() == 1 ? alone(job, events, stopRequested) : together(job, events, stopRequested);
        }
    }

    private static int alone(TrainJob job, Consumer<Event> events, BooleanSupplier stopRequested) {
        try (Device device = Cards.open(job.cards().getFirst())) {
            return exitCode(new TrainingRun(job, device, events).run(stopRequested));
        }
    }

    /** As rank 0, with the other ranks as children. */
    private int together(TrainJob job, Consumer<Event> events, BooleanSupplier stopRequested) {
        try (LaunchedRanks others = LaunchedRanks.start(job, jobFile)) {
            try {
                int code = asRank(0, job, others.rendezvous(), events, stopRequested);
                others.succeeded();
                return code;
            } catch (RankLostException e) {
                throw others.explain(e);
            }
        }
    }

    /** As one rank of those that someone else has started. */
    private int part(TrainJob job, Consumer<Event> events, BooleanSupplier stopRequested) {
        if (rank < 0 || rank >= job.cards().size()) {
            throw new UsageException("There is no part " + rank + " of this job: \"devices\" names "
                    + job.cards().size() + ", counted from 0.");
        }
        if (meetingPlace == null || !Files.isDirectory(meetingPlace)) {
            throw new UsageException(
                    "Give the folder where the parts of the job meet, which must be there: --meet DIR.");
        }
        RendezvousFolder rendezvous = new RendezvousFolder(meetingPlace);
        if (rank > 0) {
            return asRank(rank, job, rendezvous, events, stopRequested);
        }
        try (FolderLock ours = FolderLock.take(Path.of(job.output()))) {
            return asRank(0, job, rendezvous, events, stopRequested);
        }
    }

    private static int asRank(
            int rank, TrainJob job, Rendezvous rendezvous, Consumer<Event> events, BooleanSupplier stopRequested) {
        Duration patience = RankSettings.patience(System.getenv());
        try (Device device = Cards.open(job.cards().get(rank));
                Ranks ranks = Ranks.of(
                        device, device.join(rendezvous, rank, job.cards().size(), patience))) {
            try {
                return exitCode(new TrainingRun(job, device, ranks, events).run(stopRequested));
            } catch (RuntimeException e) {
                LastResort.arm(
                        () -> events.accept(new Event.Failed(Failure.of(e).sentence())));
                throw e;
            }
        }
    }

    private static int exitCode(TrainingRun.Outcome outcome) {
        return switch (outcome) {
            case DONE -> ExitCode.DONE;
            case STOPPED -> ExitCode.RESUMABLE;
        };
    }
}
