package io.hearth.worker.process;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a worker as a child process, with this process's Java, flags and class path. */
public final class WorkerProcess {
    private static final String MAIN = "io.hearth.worker.Worker";

    private WorkerProcess() {}

    /**
     * A worker that is not yet started. Its standard error is this process's unless the caller redirects it.
     *
     * @param arguments of the worker, such as {@code train job.json}
     */
    public static ProcessBuilder of(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            // What is meant for this very process, such as a debugger's port, cannot be had twice.
            if (!flag.startsWith("-agentlib") && !flag.startsWith("-javaagent")) {
                command.add(flag);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(MAIN);
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    /**
     * Starts it.
     *
     * @throws UsageException if the system refuses
     */
    public static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UsageException("A worker process cannot be started: " + e.getMessage(), e);
        }
    }
}
