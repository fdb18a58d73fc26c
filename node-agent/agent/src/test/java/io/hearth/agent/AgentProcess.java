package io.hearth.agent;

import io.hearth.agent.workers.WorkerLimits;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** An agent as a process of its own, to be killed: {@code AgentProcess HOME CONTROL JOIN-CODE COMMAND-FILE}. */
public final class AgentProcess {
    static final String UNITS = "hearth.test.units";
    static final WorkerLimits LIMITS = new WorkerLimits(1_500, 1_500, 5_000, 64 << 10, 50, 400);

    private AgentProcess() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Vertx vertx = Vertx.vertx();
        agent(
                        vertx,
                        Path.of(arguments[0]),
                        URI.create(arguments[1]),
                        arguments[2],
                        Path.of(arguments[3]),
                        Clock.systemUTC())
                .run();
    }

    static Agent agent(Vertx vertx, Path home, URI control, String code, Path command, Clock clock) throws IOException {
        // Where units are started, in tests of them.
        Path units = Optional.ofNullable(System.getProperty(UNITS))
                .filter(path -> !path.isEmpty())
                .map(Path::of)
                .orElse(null);
        AgentSettings settings = new AgentSettings(
                home, control, code, home.resolve("code"), "test", 0, null, command, units, 0, null, true);
        return new Agent(settings, vertx, clock, LIMITS, "test");
    }

    static Process fork(Path home, URI control, String code, Path command) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-D" + UNITS + "=" + System.getProperty(UNITS, ""),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AgentProcess.class.getName(),
                        home.toString(),
                        control.toString(),
                        code,
                        command.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.resolveSibling("agent.log").toFile()))
                .start();
    }
}
