package io.hearth.ui.support;

import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Role;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Bundles that somebody at the machine's screen has asked for. The screen's program makes a file in a folder in which root alone can
 * make one; all that it gets is the bundle that an administrator would get, and nothing is read from the file.
 */
@ApplicationScoped
class ConsoleOrders {
    /** Who asks: nobody by name, but somebody who stands in front of the machine. */
    private static final Actor CONSOLE = new Actor("system", "Hearth", Role.ADMINISTRATOR, "console");

    private static final System.Logger LOG = System.getLogger(ConsoleOrders.class.getName());

    private final SupportBundles bundles;
    private final Path asked;
    private @Nullable FileTime answered;

    ConsoleOrders(SupportBundles bundles, @ConfigProperty(name = "hearth.support.asked") Path asked) {
        this.bundles = bundles;
        this.asked = asked;
    }

    @Scheduled(every = "1s", delayed = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void look() {
        FileTime time = time();
        if (time != null && !time.equals(answered)) {
            answered = time;
            bundles.makeForStick(CONSOLE);
            LOG.log(System.Logger.Level.INFO, "A support bundle is made for somebody at the machine's screen.");
        }
    }

    private @Nullable FileTime time() {
        try {
            return Files.exists(asked) ? Files.getLastModifiedTime(asked) : null;
        } catch (IOException e) {
            // It was taken back at this moment.
            return null;
        }
    }
}
