package io.hearth.ui.core;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes the parts of the platform for injection. */
@ApplicationScoped
class Platform {
    @Produces
    @Singleton
    HearthHome home(@ConfigProperty(name = "hearth.home", defaultValue = "/var/lib/hearth") Path directory) {
        return new HearthHome(directory);
    }

    @Produces
    @Singleton
    Database database(HearthHome home) {
        home.folder(".");
        return Database.open(home.database());
    }

    void close(@Disposes Database database) {
        database.close();
    }

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }
}
