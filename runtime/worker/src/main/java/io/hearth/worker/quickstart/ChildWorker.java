package io.hearth.worker.quickstart;

import io.hearth.contract.Event;
import io.hearth.worker.event.EventReader;
import io.hearth.worker.process.UsageException;
import io.hearth.worker.process.WorkerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A worker as a child process. It does not outlive this one. */
final class ChildWorker implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final Process process;
    private final Path log;
    private final BufferedReader out;
    private final Thread endWithParent;

    private ChildWorker(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.out = process.inputReader();
        this.endWithParent = new Thread(process::destroy, "stop-worker");
        Runtime.getRuntime().addShutdownHook(endWithParent);
    }

    /**
     * Starts a worker.
     *
     * @param log receives its standard error
     * @param arguments such as {@code train job.json}
     */
    static ChildWorker start(Path log, String... arguments) {
        ProcessBuilder builder = WorkerProcess.of(List.of(arguments)).redirectError(log.toFile());
        return new ChildWorker(WorkerProcess.start(builder), log);
    }

    /** The next line of its standard output; empty at the end. */
    Optional<String> line() throws IOException {
        return Optional.ofNullable(out.readLine());
    }

    /** The next event; empty when it has closed its output. */
    Optional<Event> event() throws IOException {
        for (Optional<String> line = line(); line.isPresent(); line = line()) {
            Optional<Event> event = EventReader.read(line.get());
            if (event.isPresent()) {
                return event;
            }
        }
        return Optional.empty();
    }

    /** Hands all further events to a listener, on a thread of their own. */
    void forward(Consumer<Event> listener) {
        Thread.ofVirtual().start(() -> {
            try {
                for (Optional<Event> event = event(); event.isPresent(); event = event()) {
                    listener.accept(event.get());
                }
            } catch (IOException closed) {
                // The child is gone; whoever waits for its end learns that.
                return;
            }
        });
    }

    /** Waits for its end; its exit code. */
    int end() throws InterruptedException {
        return process.waitFor();
    }

    /** What to say if it ended without having done its work. */
    UsageException ended(String work, String reason) throws InterruptedException {
        return new UsageException(
                work + " has failed: " + (reason.isEmpty() ? "the worker ended with code " + end() + "." : reason)
                        + " Its log is " + log + ".");
    }

    /** Asks it to end, and ends it if it does not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(endWithParent);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs already.
            return;
        }
    }
}
