package io.hearth.device.cpu.host;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;

/**
 * Shared libraries of the class path as files, since the system can only load files. They lie in a folder that is named
 * after their content, so that versions and processes do not get in each other's way; a file is written beside its place
 * and renamed.
 */
final class LibraryCache {
    private LibraryCache() {}

    /**
     * Unpacks libraries that belong together into one folder.
     *
     * @param resources paths on the class path
     * @return the folder, or nothing if one of them is not on the class path
     * @throws IOException if no folder can be written
     */
    static Optional<Path> unpack(List<String> resources) throws IOException {
        for (String resource : resources) {
            if (loader().getResource(resource) == null) {
                return Optional.empty();
            }
        }
        String key = digest(resources);
        IOException refusal = null;
        for (Path root : roots()) {
            try {
                Path folder = Files.createDirectories(root.resolve("native").resolve(key));
                for (String resource : resources) {
                    unpack(resource, folder);
                }
                return Optional.of(folder);
            } catch (IOException e) {
                refusal = e;
            }
        }
        throw refusal;
    }

    private static List<Path> roots() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"), "hearth-" + System.getProperty("user.name"));
        String home = System.getenv("HEARTH_HOME");
        Path usual = home == null || home.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "hearth")
                : Path.of(home, "cache");
        return List.of(usual, temporary);
    }

    private static void unpack(String resource, Path folder) throws IOException {
        Path target = folder.resolve(resource.substring(resource.lastIndexOf('/') + 1));
        if (Files.isRegularFile(target) && Files.size(target) == size(resource)) {
            return;
        }
        Path part = Files.createTempFile(folder, target.getFileName().toString(), ".part");
        try (InputStream in = open(resource)) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static long size(String resource) throws IOException {
        return loader().getResource(resource).openConnection().getContentLengthLong();
    }

    /** What is in a jar is known by its name, size and checksum without being unpacked; what is in a folder is read. */
    private static String digest(List<String> resources) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String resource : resources) {
                if (loader().getResource(resource).openConnection() instanceof JarURLConnection jar) {
                    JarEntry entry = jar.getJarEntry();
                    String identity = resource + " " + entry.getSize() + " " + entry.getCrc();
                    digest.update(identity.getBytes(StandardCharsets.UTF_8));
                } else {
                    try (InputStream in = open(resource)) {
                        digest.update(in.readAllBytes());
                    }
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static InputStream open(String resource) throws IOException {
        InputStream in = loader().getResourceAsStream(resource);
        if (in == null) {
            throw new IOException(resource + " is not on the class path");
        }
        return in;
    }

    private static ClassLoader loader() {
        return LibraryCache.class.getClassLoader();
    }
}
