package io.hearth.ui.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A whole appliance of its own in an empty folder: the control plane and as many agents as a test wants, each a process. Closing
 * it ends every process and takes the folder away; outputs stay in {@code target/it/NAME}.
 */
final class Appliance implements AutoCloseable {
    static final String ADMINISTRATOR = "ada";
    static final String PASSWORD = "lantern pebble orchard 42";
    private static final Duration START = Duration.ofSeconds(90);

    private final Path folder;
    private final Path outputs;
    private final Part controlPlane;
    private final String url;
    private final Map<String, Part> agents = new LinkedHashMap<>();
    private String token;

    private Appliance(String name, String... settings) {
        try {
            folder = Files.createTempDirectory("hearth-it-");
            outputs = Files.createDirectories(Path.of("target", "it", name)).toAbsolutePath();
            try (Stream<Path> old = Files.list(outputs)) {
                for (Path file : old.filter(Files::isRegularFile).toList()) {
                    Files.delete(file);
                }
            }
            Files.createDirectory(home());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int[] ports = Packages.freePorts(2);
        url = "https://localhost:" + ports[0];
        List<String> all = new ArrayList<>(List.of(
                "-Dhearth.home=" + home(),
                "-Dhearth.host=127.0.0.1",
                "-Dhearth.port=" + ports[0],
                "-Dhearth.node-port=" + ports[1],
                "-Dhearth.import-roots=" + Packages.starterModel().getParent()));
        all.addAll(List.of(settings));
        controlPlane = new Part(
                "control plane",
                Packages.service(Packages.controlPlane(), all.toArray(String[]::new)),
                Map.of(),
                outputs.resolve("control-plane.log"));
    }

    /** Starts a control plane with an empty home, and with these settings besides its own; nobody is set up yet. */
    static Appliance empty(String name, String... settings) {
        Appliance appliance = new Appliance(name, settings);
        try {
            appliance.startControlPlane();
        } catch (RuntimeException | AssertionError e) {
            appliance.close();
            throw e;
        }
        return appliance;
    }

    /** Starts a control plane with an administrator, and one agent on the same machine. */
    static Appliance ready(String name, String... settings) {
        Appliance appliance = empty(name, settings);
        try {
            appliance.setUp();
            appliance.addLocalAgent();
        } catch (RuntimeException | AssertionError e) {
            appliance.close();
            throw e;
        }
        return appliance;
    }

    /** Starts the control plane, for the first time or again, and waits until it answers. */
    void startControlPlane() {
        controlPlane.start();
        Patience.until("the control plane answers; see " + outputs, START, () -> {
            if (!controlPlane.alive()) {
                throw new AssertionError("The control plane has ended:\n" + controlPlane.output());
            }
            return Files.exists(home().resolve("control-plane.json"))
                    && anonymous().get("/q/health/ready").status() == 200;
        });
    }

    /** Makes the first administrator with the code that the console shows, and signs in. */
    void setUp() {
        anonymous()
                .post("/api/v1/setup", Map.of("code", firstRunCode(), "name", ADMINISTRATOR, "password", PASSWORD))
                .good();
        signIn();
    }

    /** Signs the administrator in. */
    void signIn() {
        token = token(ADMINISTRATOR, PASSWORD);
    }

    /** A token of a user. */
    String token(String name, String password) {
        return anonymous()
                .post("/api/v1/login", Map.of("name", name, "password", password))
                .good()
                .path("token")
                .asText();
    }

    /** The one-time code of the first run. */
    String firstRunCode() {
        return Patience.until(
                "there is a first-run code", Duration.ofSeconds(20), () -> read(home().resolve("keys/first-run-code")));
    }

    /** Starts an agent on this machine with the code that the control plane keeps for it. */
    Part addLocalAgent() {
        String code = Patience.until(
                "there is a join code for this machine",
                Duration.ofSeconds(20),
                () -> read(home().resolve("keys/local-join-code")));
        return addAgent("local", code);
    }

    /** Starts another agent with a join code and waits until its node is ready. */
    Part addAgent(String name, String joinCode) {
        return addAgent(name, joinCode, Packages.worker(), Map.of());
    }

    /**
     * Starts another agent with a join code and waits until its node is ready.
     *
     * @param worker command line of its workers, up to their own arguments
     * @param environment more of it
     */
    Part addAgent(String name, String joinCode, List<String> worker, Map<String, String> environment) {
        Path agentHome = folder.resolve("agent-" + name);
        Path command = folder.resolve("worker-command-" + name);
        Path code = folder.resolve("join-code-" + name);
        try {
            Files.createDirectories(agentHome);
            Files.write(command, worker);
            Files.writeString(code, joinCode);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> settings = new ArrayList<>(List.of(
                "-Dhearth.agent.home=" + agentHome,
                "-Dhearth.agent.control=" + nodeUrl(),
                "-Dhearth.agent.join-code-file=" + code,
                "-Dhearth.agent.name=" + name,
                "-Dhearth.agent.serving-port=0",
                "-Dhearth.agent.serving-host=127.0.0.1",
                "-Dhearth.agent.worker-command-file=" + command));
        Part agent = new Part(
                "agent " + name,
                Packages.service(Packages.agent(), settings.toArray(String[]::new)),
                environment,
                outputs.resolve("agent-" + name + ".log"));
        agents.put(name, agent);
        agent.start();
        awaitNode(name);
        return agent;
    }

    /** Waits until the node of an agent is ready for work. */
    void awaitNode(String name) {
        Patience.until("node " + name + " is ready; see " + outputs, START, () -> {
            for (var node : api().get("/api/v1/nodes").good().path("items")) {
                if (node.path("name").asText().equals(name)
                        && node.path("state").asText().equalsIgnoreCase("online")) {
                    return true;
                }
            }
            return false;
        });
    }

    /** Without credentials. */
    Api anonymous() {
        return new Api(url);
    }

    /** As the administrator. */
    Api api() {
        return new Api(url).as(token);
    }

    String url() {
        return url;
    }

    Path home() {
        return folder.resolve("home");
    }

    /** Folder with the homes of all parts. */
    Path folder() {
        return folder;
    }

    Part controlPlane() {
        return controlPlane;
    }

    Part agent(String name) {
        return agents.get(name);
    }

    /** Ids of the worker processes that belong to this appliance. */
    List<Long> workers() {
        return processes().stream()
                .filter(pid -> commandLine(pid).contains("io.hearth.worker.Worker"))
                .toList();
    }

    /** Ids of all processes whose command line names this appliance's folder. */
    List<Long> processes() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> pid != ProcessHandle.current().pid())
                .filter(pid -> commandLine(pid).contains(folder.toString()))
                .sorted()
                .toList();
    }

    /** Ends everything. Fails if a process outlives it. */
    @Override
    public void close() {
        agents.values().forEach(Part::stop);
        controlPlane.stop();
        for (long pid : processes()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
        Patience.until(
                "all processes have ended",
                Duration.ofSeconds(20),
                () -> processes().isEmpty());
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String nodeUrl() {
        try {
            return io.hearth.ui.core.Json.MAPPER
                    .readTree(home().resolve("control-plane.json").toFile())
                    .path("nodeUrl")
                    .asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) && Files.size(file) > 0
                    ? Files.readString(file).strip()
                    : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String commandLine(long pid) {
        try {
            return new String(Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline")), StandardCharsets.UTF_8)
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }
}
