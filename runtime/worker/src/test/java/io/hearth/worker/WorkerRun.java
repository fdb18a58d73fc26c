package io.hearth.worker;

import io.hearth.contract.Event;
import io.hearth.worker.event.EventReader;
import io.hearth.worker.process.WorkerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One run of the worker as a real child process.
 *
 * @param exitCode its exit code
 * @param out what it printed on standard output
 * @param err what it printed on standard error
 */
public record WorkerRun(int exitCode, String out, String err) {
    private static final long PATIENCE_SECONDS = 120;

    public static WorkerRun of(String... arguments) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("worker-run");
        Process process = start(folder, List.of(arguments));
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the worker did not end: " + List.of(arguments));
        }
        return collect(process, folder);
    }

    /** Starts a worker whose outputs go to files in a folder. */
    public static Process start(Path folder, List<String> arguments) throws IOException {
        ProcessBuilder builder = WorkerProcess.of(arguments);
        builder.redirectOutput(folder.resolve("stdout").toFile());
        builder.redirectError(folder.resolve("stderr").toFile());
        return builder.start();
    }

    /** What an ended worker left behind. */
    public static WorkerRun collect(Process process, Path folder) throws IOException {
        return new WorkerRun(
                process.exitValue(),
                Files.readString(folder.resolve("stdout"), StandardCharsets.UTF_8),
                Files.readString(folder.resolve("stderr"), StandardCharsets.UTF_8));
    }

    /** The events; a line that is none is an error. */
    public List<Event> events() {
        return out.lines()
                .map(line -> EventReader.read(line)
                        .orElseThrow(() -> new AssertionError("not an event on standard output: " + line)))
                .toList();
    }

    public <T extends Event> Optional<T> first(Class<T> type) {
        return events().stream().filter(type::isInstance).map(type::cast).findFirst();
    }
}
