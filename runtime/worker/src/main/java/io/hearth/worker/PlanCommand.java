package io.hearth.worker;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.contract.Plan;
import io.hearth.contract.TrainJob;
import io.hearth.device.Device;
import io.hearth.engine.train.Planner;
import io.hearth.worker.event.EventSink;
import io.hearth.worker.event.ProgressLine;
import io.hearth.worker.job.JobFiles;
import io.hearth.worker.process.Cards;
import io.hearth.worker.process.Failure;
import io.hearth.worker.process.Json;
import io.hearth.worker.process.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Tells the memory and the time that a job will need, before it starts. */
@Command(
        name = "plan",
        description = "Tell the memory and the time that a job will need, after a calibration of a few seconds.",
        mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
    @Parameters(paramLabel = "JOB.json", description = "the job file")
    private Path jobFile;

    @Mixin
    private EventSink sink;

    private final OutputStream out;
    private final Terminal terminal;

    PlanCommand(OutputStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** With events the plan is an event and the exit code 0 whether the job fits or not; else a job that does not fit is 2. */
    @Override
    public Integer call() throws IOException {
        if (sink.toFolder()) {
            return sink.with(
                    out,
                    terminal,
                    events -> Failure.caught(events, () -> {
                        events.accept(new Event.Planned(plan()));
                        return ExitCode.DONE;
                    }));
        }
        Plan plan = plan();
        if (sink.human()) {
            terminal.out().print(table(plan));
        } else {
            out.write((Json.MAPPER.writeValueAsString(plan) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return plan.fits() ? ExitCode.DONE : ExitCode.USAGE;
    }

    private Plan plan() {
        TrainJob job = JobFiles.trainJob(jobFile);
        try (Device device = Cards.open(job.cards().getFirst())) {
            return Planner.plan(job, device);
        }
    }

    /** A plan as a few lines for a person. */
    static String table(Plan plan) {
        Plan.Memory memory = plan.memory();
        StringBuilder text = new StringBuilder();
        line(text, "weights", memory.weights());
        line(text, "gradients", memory.gradients());
        line(text, "optimizer", memory.optimizer());
        line(text, "activations", memory.activations());
        line(text, "workspace", memory.workspace());
        line(text, "all", memory.total());
        line(text, "free", plan.freeBytes());
        if (plan.fits()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d steps, %,d tokens at %,.0f tokens/s: about %s%n",
                    plan.steps(),
                    plan.tokens(),
                    plan.tokensPerSecond(),
                    ProgressLine.duration(plan.seconds())));
        } else {
            text.append("It does not fit. ").append(plan.advice()).append(System.lineSeparator());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, long bytes) {
        text.append(String.format(Locale.ROOT, "%-12s %10.1f MiB%n", name, bytes / 0x1p20));
    }
}
