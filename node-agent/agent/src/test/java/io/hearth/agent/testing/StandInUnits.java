package io.hearth.agent.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A system that starts workers as units, in tests: the system image's own {@code start-worker} behind a UNIX socket, started for each
 * connection as systemd does, in a folder that stands for "/". Real are the program, bash, jq and the workers; {@code src/test/machine}
 * has what stands in for systemd-run and systemctl, which need systemd.
 */
public final class StandInUnits implements AutoCloseable {
    private static final Path OWN = Path.of("src/test/machine").toAbsolutePath();
    private static final Path PROGRAM = Path.of("../../os-image/overlay/usr/lib/hearth/bin/start-worker")
            .toAbsolutePath()
            .normalize();

    private final Path root;
    private final Path socket;
    private final ServerSocketChannel server;
    private final Set<Process> programs = ConcurrentHashMap.newKeySet();

    /**
     * @param folder an empty folder for the system
     * @param command the image's worker command file
     */
    public StandInUnits(Path folder, Path command) throws IOException {
        if (!Files.isExecutable(Path.of("/usr/bin/jq"))) {
            throw new IllegalStateException("There is no jq, which the image's program needs: apt-get install -y jq");
        }
        root = Files.createDirectories(folder.resolve("root")).toRealPath();
        for (String made : List.of(
                "usr/lib/hearth/worker", "usr/lib/hearth/drivers", "var/lib/hearth-agent", "units", "devices", "run")) {
            Files.createDirectories(root.resolve(made));
        }
        Files.copy(command, root.resolve("usr/lib/hearth/worker/command"));
        socket = folder.resolve("worker.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
    }

    /** Where workers are asked for. */
    public Path socket() {
        return socket;
    }

    /** The agent's home. */
    public Path home() {
        return root.resolve("var/lib/hearth-agent");
    }

    /** A file of the system. */
    public Path file(String path) {
        return root.resolve(path);
    }

    /** Units that are loaded. */
    public List<String> loaded() throws IOException {
        try (Stream<Path> units = Files.list(root.resolve("units"))) {
            return units.map(unit -> unit.getFileName().toString()).sorted().toList();
        }
    }

    /** What systemd-run was called with, an argument a line. */
    public List<String> called() throws IOException {
        Path file = root.resolve("devices/systemd-run");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** Whether a program of the image still waits for a worker's end. */
    public boolean waiting() {
        return !programs.isEmpty();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel connection = server.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            Path own = Files.createTempDirectory(root.resolve("run"), "start");
            ProcessBuilder builder = new ProcessBuilder("/bin/bash", PROGRAM.toString());
            builder.environment().clear();
            builder.environment().put("PATH", OWN + ":/usr/sbin:/usr/bin:/sbin:/bin");
            builder.environment().put("HEARTH_SYSTEM_ROOT", root.toString());
            builder.environment().put("RUNTIME_DIRECTORY", own.toString());
            builder.redirectError(
                    ProcessBuilder.Redirect.appendTo(root.resolve("journal").toFile()));
            Process process = builder.start();
            programs.add(process);
            Thread asker =
                    Thread.ofVirtual().start(() -> ask(Channels.newInputStream(connection), process.getOutputStream()));
            answer(process, asker, Channels.newOutputStream(connection));
            process.waitFor();
            for (String name : List.of("token", "ended", "")) {
                Files.deleteIfExists(own.resolve(name));
            }
            programs.remove(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An asker that is gone: the program finds nobody who reads, as with one socket for both directions. */
    private static void answer(Process process, Thread asker, OutputStream to)
            throws IOException, InterruptedException {
        try (InputStream said = process.getInputStream()) {
            while (asker.isAlive() && (process.isAlive() || said.available() > 0)) {
                if (said.available() > 0) {
                    to.write(said.readNBytes(said.available()));
                } else {
                    Thread.sleep(5);
                }
            }
        } catch (IOException e) {
            // The other end is gone.
            asker.join();
        }
    }

    /** Until the asker is gone; a program that reads no more does not end it. */
    private static void ask(InputStream from, OutputStream to) {
        try (to) {
            byte[] buffer = new byte[4096];
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                take(buffer, n, to);
            }
        } catch (IOException e) {
            // The other end is gone.
        }
    }

    private static void take(byte[] buffer, int n, OutputStream to) {
        try {
            to.write(buffer, 0, n);
            to.flush();
        } catch (IOException e) {
            // It has read as much as it wanted.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (String unit : loaded()) {
            Path pid = root.resolve("units").resolve(unit).resolve("pid");
            ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
        programs.forEach(program -> program.onExit().join());
    }
}
