package io.hearth.agent;

import io.hearth.agent.workers.WorkerLimits;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The node agent's program. One per home. */
@QuarkusMain
public final class AgentMain implements QuarkusApplication {
    private static final System.Logger LOG = System.getLogger(AgentMain.class.getName());
    private static final int FAULT = 1;
    private static final int USAGE = 2;

    private final Config config;
    private final Vertx vertx;
    private final Farewell farewell;
    private final String version;

    @Inject
    public AgentMain(
            Config config,
            Vertx vertx,
            Farewell farewell,
            @ConfigProperty(name = "quarkus.application.version", defaultValue = "unknown") String version) {
        this.config = config;
        this.vertx = vertx;
        this.farewell = farewell;
        this.version = version;
    }

    @Override
    public int run(String... arguments) throws IOException, InterruptedException {
        AgentSettings settings;
        try {
            settings = AgentSettings.of(config, hostName());
        } catch (IllegalArgumentException e) {
            LOG.log(System.Logger.Level.ERROR, "{0}", e.getMessage());
            return USAGE;
        }
        Files.createDirectories(
                settings.home(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (FileChannel channel = FileChannel.open(
                        settings.home().resolve("agent.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "Another agent works in {0}. Stop it, or give this one a home of its own by hearth.agent.home.",
                        settings.home());
                return USAGE;
            }
            return live(settings);
        }
    }

    private int live(AgentSettings settings) throws IOException, InterruptedException {
        Agent agent = new Agent(settings, vertx, Clock.systemUTC(), WorkerLimits.DEFAULT, version);
        AtomicInteger code = new AtomicInteger();
        Thread life = Thread.ofVirtual().name("agent").start(() -> {
            try {
                agent.run();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, e.getMessage(), e);
                code.set(FAULT);
            } catch (InterruptedException e) {
                LOG.log(System.Logger.Level.DEBUG, "interrupted", e);
            } finally {
                Quarkus.asyncExit();
            }
        });
        farewell.of(agent);
        Quarkus.waitForExit();
        life.join();
        return code.get();
    }

    private static String hostName() {
        try {
            Path name = Path.of("/proc/sys/kernel/hostname");
            return Files.exists(name)
                    ? Files.readString(name).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "node";
        }
    }
}
