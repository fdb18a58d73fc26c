package io.hearth.agent.workers;

import io.hearth.agent.common.DurableFile;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.WorkerSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The folder of one worker. */
final class WorkerFolder {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,99}");
    private static final Set<String> OURS =
            Set.of("spec.json", "state.json", "task.json", "events", "worker.log", "worker.log.1", "worker.log.2");

    private final Path folder;

    WorkerFolder(Path workers, String id) {
        if (!validId(id)) {
            throw new IllegalArgumentException("A worker's id is letters, digits and dashes.");
        }
        this.folder = workers.resolve(id);
    }

    static boolean validId(String id) {
        return id != null && ID.matcher(id).matches();
    }

    Path path() {
        return folder;
    }

    Path task() {
        return folder.resolve("task.json");
    }

    Path events() {
        return folder.resolve("events");
    }

    Path log() {
        return folder.resolve("worker.log");
    }

    /**
     * A file or folder of the worker's.
     *
     * @param path relative, with slashes
     * @throws IllegalArgumentException if it would lie elsewhere, or in the place of a file of the agent's
     */
    Path inside(String path) {
        Path relative = Path.of(path);
        Path resolved = folder.resolve(relative).normalize();
        boolean plain = path.indexOf('\0') < 0 && !path.isEmpty() && relative.equals(relative.normalize());
        if (!plain
                || relative.isAbsolute()
                || relative.startsWith("..")
                || !resolved.startsWith(folder)
                || resolved.equals(folder)
                || OURS.contains(relative.getName(0).toString())) {
            throw new IllegalArgumentException("The path \"" + path + "\" does not name a file of the worker's.");
        }
        return resolved;
    }

    /** Makes the folder with its specification; until that is there, it is no worker's folder. */
    void create(WorkerSpec spec) throws IOException {
        Files.createDirectories(events());
        writeSpec(spec);
        DurableFile.syncFolder(folder.getParent());
    }

    void writeSpec(WorkerSpec spec) throws IOException {
        write("spec.json", spec);
    }

    void writeState(WorkerState state) throws IOException {
        write("state.json", state);
    }

    Optional<WorkerSpec> readSpec() {
        return read("spec.json", WorkerSpec.class);
    }

    Optional<WorkerState> readState() {
        return read("state.json", WorkerState.class);
    }

    void write(String name, Object content) throws IOException {
        DurableFile.write(folder.resolve(name), Protocol.write(content).getBytes(StandardCharsets.UTF_8));
    }

    private <T> Optional<T> read(String name, Class<T> type) {
        try {
            Path file = folder.resolve(name);
            return Files.exists(file) ? Optional.of(Protocol.read(Files.readString(file), type)) : Optional.empty();
        } catch (IOException | IllegalArgumentException damaged) {
            System.getLogger(WorkerFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "The file {0}/{1} cannot be read.", folder, name);
            return Optional.empty();
        }
    }
}
