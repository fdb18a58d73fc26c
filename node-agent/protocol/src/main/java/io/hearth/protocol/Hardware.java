package io.hearth.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Properties;

/** On which hardware Hearth has been run, family by family: {@code hardware.properties} beside this class. */
public final class Hardware {
    private static final Properties RUN_ON = load();

    private Hardware() {}

    /**
     * On what of a family Hearth has been run; empty: on nothing of it.
     *
     * @param vendor as in {@link CardInfo#vendor}
     */
    public static Optional<String> runOn(String vendor) {
        return Optional.ofNullable(RUN_ON.getProperty(vendor))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = Hardware.class.getResourceAsStream("hardware.properties")) {
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
