package io.hearth.worker;

import io.hearth.contract.Deployment;
import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.device.Device;
import io.hearth.worker.event.EventSink;
import io.hearth.worker.http.ServeWorker;
import io.hearth.worker.job.JobFiles;
import io.hearth.worker.process.Cards;
import io.hearth.worker.process.Failure;
import io.hearth.worker.process.StopSignal;
import io.hearth.worker.process.Terminal;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Serves one deployment until it is told to stop; then requests that run are finished and the exit code is 0. */
@Command(
        name = "serve",
        description = {
            "Serve a model and its adapters through an OpenAI-compatible API.",
            "SIGTERM or Ctrl-C: requests that run are finished, new ones are refused, the exit code is 0."
        },
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DEPLOYMENT.json", description = "the deployment file")
    private Path deploymentFile;

    @Mixin
    private EventSink sink;

    private final OutputStream out;
    private final Terminal terminal;

    ServeCommand(OutputStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return sink.with(out, terminal, this::run);
    }

    private int run(Consumer<Event> events) {
        CountDownLatch stopped = new CountDownLatch(1);
        return StopSignal.run(
                stopped::countDown, stopRequested -> Failure.caught(events, () -> serve(events, stopped)));
    }

    private int serve(Consumer<Event> events, CountDownLatch stopped) throws InterruptedException {
        Deployment deployment = JobFiles.deployment(deploymentFile);
        Path home = deploymentFile.toAbsolutePath().getParent();
        try (Device device = Cards.open(deployment.device());
                ServeWorker serving = ServeWorker.start(deployment, home, device, events)) {
            stopped.await();
        }
        return ExitCode.DONE;
    }
}
