package io.hearth.agent.workers;

import io.hearth.protocol.WorkerSpec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a worker is started: the arguments in the worker command file, one a line, then the command, the task file and the folder
 * for events. The process gets a session of its own, so that nothing that ends the agent ends it, nothing to read, and its log as
 * standard error. It stands back behind agent and control plane where processors are short: a worker that computes on them would
 * otherwise hold up the tokens of all others on their way.
 */
public final class WorkerCommand implements WorkerStarter {
    /** Names the worker's bearer token in its environment. */
    static final String TOKEN = "HEARTH_WORKER_TOKEN";

    private static final String SETSID = "setsid";
    private static final String CARD_ORDER = "CUDA_DEVICE_ORDER";

    private static final String NICE = "nice";

    /** How far it stands back, on the scale of -20 to 19 of {@code nice(1)}. */
    static final int NICENESS = 10;

    private final Path commandFile;
    private final Long defaultHeapBytes;

    /**
     * @param commandFile file with the worker's arguments
     * @param defaultHeapBytes Java memory of a worker that asks for none in particular; null: as the command file says
     */
    public WorkerCommand(Path commandFile, Long defaultHeapBytes) {
        this.commandFile = commandFile;
        this.defaultHeapBytes = defaultHeapBytes;
    }

    @Override
    public RunningProcess start(WorkerSpec spec, WorkerFolder folder, String token) throws IOException {
        Long heap = spec.heapBytes() != null ? spec.heapBytes() : defaultHeapBytes;
        List<String> program = program();
        boolean java = Path.of(program.getFirst()).getFileName().toString().equals("java");
        List<String> arguments = new ArrayList<>();
        if (onPath(NICE)) {
            arguments.addAll(List.of(NICE, "-n", Integer.toString(NICENESS)));
        }
        if (onPath(SETSID)) {
            arguments.add(SETSID);
        }
        arguments.addAll(heap != null && java ? withHeap(program, heap) : program);
        arguments.addAll(List.of(
                spec.kind().command(),
                folder.task().toString(),
                "--events",
                folder.events().toString()));
        ProcessBuilder builder = new ProcessBuilder(arguments)
                .directory(folder.path().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.appendTo(folder.log().toFile()));
        Map<String, String> environment = surroundings(builder);
        environment.put(TOKEN, token);
        if (heap != null && !java) {
            environment.put("JDK_JAVA_OPTIONS", "-Xmx" + heap);
        }
        return RunningProcess.child(builder.start());
    }

    /** A worker that says, as JSON on its standard output, which cards it can use. */
    ProcessBuilder doctor() throws IOException {
        List<String> arguments = new ArrayList<>(program());
        arguments.addAll(List.of("doctor", "--json"));
        ProcessBuilder builder = new ProcessBuilder(arguments)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        surroundings(builder);
        return builder;
    }

    /** The environment of a worker: without the agent's settings, and with cards numbered in the order of their places. */
    private static Map<String, String> surroundings(ProcessBuilder builder) {
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("HEARTH_AGENT_"));
        environment.putIfAbsent(CARD_ORDER, "PCI_BUS_ID");
        return environment;
    }

    /** Whether these are the arguments of a worker with this folder. */
    static boolean starts(List<String> arguments, WorkerFolder folder) {
        return arguments.contains("--events")
                && arguments.contains(folder.task().toString());
    }

    /** Whether these are the arguments of a worker in any folder under this one. */
    static boolean startsUnder(List<String> arguments, Path workers) {
        return arguments.contains("--events")
                && arguments.stream()
                        .anyMatch(argument ->
                                argument.endsWith("/task.json") && argument.startsWith(workers.toString() + "/"));
    }

    private List<String> program() throws IOException {
        List<String> lines = Files.readAllLines(commandFile).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (lines.isEmpty()) {
            throw new IOException("The worker command file " + commandFile
                    + " is empty. It holds the worker's program and arguments, one a line.");
        }
        return lines;
    }

    private static List<String> withHeap(List<String> program, long heapBytes) {
        List<String> changed = new ArrayList<>(program);
        int main = changed.size();
        changed.subList(1, main).removeIf(argument -> argument.startsWith("-Xmx"));
        changed.add(1, "-Xmx" + heapBytes);
        return changed;
    }

    private static boolean onPath(String program) {
        String path = System.getenv("PATH");
        if (path == null) {
            return false;
        }
        for (String folder : path.split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
