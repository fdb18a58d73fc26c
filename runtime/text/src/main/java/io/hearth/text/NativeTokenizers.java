package io.hearth.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Settings that the native tokenizer library reads once, when its first class is loaded: no network, and unpacking into
 * a folder of ours. {@link Tokenizer} applies them before it touches the library.
 */
final class NativeTokenizers {
    private static boolean configured;

    private NativeTokenizers() {}

    static synchronized void configure() {
        if (configured) {
            return;
        }
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        if (System.getProperty("DJL_CACHE_DIR") == null && System.getenv("DJL_CACHE_DIR") == null) {
            System.setProperty("DJL_CACHE_DIR", cacheFolder().toString());
        }
        configured = true;
    }

    /** {@code hearth.home} or {@code HEARTH_HOME} when set; otherwise a folder of this user under the temporary one. */
    private static Path cacheFolder() {
        String home = System.getProperty("hearth.home", System.getenv("HEARTH_HOME"));
        try {
            if (home != null && !home.isBlank()) {
                return Files.createDirectories(Path.of(home).resolve("cache").resolve("tokenizers"));
            }
            return temporaryFolder();
        } catch (IOException e) {
            throw new TextException(
                    "The folder for the tokenizer library cannot be made (" + e.getMessage()
                            + "): set HEARTH_HOME to a folder that can be written.",
                    e);
        }
    }

    private static Path temporaryFolder() throws IOException {
        String user = System.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9_.-]", "_");
        Path folder = Path.of(System.getProperty("java.io.tmpdir")).resolve("hearth-" + user);
        var onlyOwner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            try {
                return Files.createDirectory(folder, onlyOwner);
            } catch (IOException e) {
                // Another process of this user may have been faster; the check below decides.
            }
        }
        // Code is loaded from here, so a folder that someone else could have planted is not used.
        Path probe = Files.createTempFile("hearth", null, onlyOwner);
        try {
            boolean ours = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(probe))
                    && PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))
                            .startsWith("rwx------");
            return ours ? folder : Files.createTempDirectory("hearth-tokenizers", onlyOwner);
        } finally {
            Files.delete(probe);
        }
    }
}
