package io.hearth.engine.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Version of Hearth, as the build wrote it down. */
public final class SoftwareVersion {
    private static final String RESOURCE = "/io/hearth/engine/version.properties";

    private SoftwareVersion() {}

    /** Such as {@code 0.1.0-SNAPSHOT}. */
    public static String current() {
        try (InputStream in = SoftwareVersion.class.getResourceAsStream(RESOURCE)) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
