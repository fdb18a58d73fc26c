package io.hearth.worker.process;

import java.nio.file.Path;
import java.util.Map;

/** Hearth's own directory: {@code $HEARTH_HOME}, which the start script sets, else {@code .hearth} where it is started. */
public final class Home {
    private Home() {}

    public static Path of(Map<String, String> environment) {
        String home = environment.get("HEARTH_HOME");
        return Path.of(home == null || home.isBlank() ? ".hearth" : home)
                .toAbsolutePath()
                .normalize();
    }
}
