package io.hearth.ui.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/**
 * Where everything lies that must survive an update: {@code /var/lib/hearth}, or {@code $HEARTH_HOME}. Readable by its owner
 * only.
 *
 * @param directory the folder
 */
public record HearthHome(Path directory) {
    private static final Set<PosixFilePermission> OWNER_ONLY = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    public HearthHome {
        directory = directory.toAbsolutePath().normalize();
    }

    /** The database file. */
    public Path database() {
        return directory.resolve("hearth.db");
    }

    /** A folder of its own for one use, made if missing. */
    public Path folder(String name) {
        Path folder = directory.resolve(name);
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(directory, OWNER_ONLY);
        } catch (IOException e) {
            throw new UncheckedIOException("The folder " + folder + " cannot be made.", e);
        }
        return folder;
    }

    /** Certificates and secrets. */
    public Path keys() {
        return folder("keys");
    }
}
