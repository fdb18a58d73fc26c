package io.hearth.ui.datasets;

import io.hearth.ui.core.HearthHome;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Folders of imports, {@code datasets/imports/ID}: they appear when a reading is complete, never before. */
@ApplicationScoped
public class ImportFolder {
    private final Path folder;

    public ImportFolder(HearthHome home) {
        this.folder = home.folder("datasets/imports");
    }

    Path of(String id) {
        return folder.resolve(id);
    }

    /** An empty folder to read into. */
    Path begin(String id) {
        Path part = folder.resolve(id + ".part");
        delete(part);
        try {
            return Files.createDirectory(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shows what was read. */
    void complete(String id) {
        try {
            delete(of(id));
            Files.move(folder.resolve(id + ".part"), of(id), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void discard(String id) {
        delete(folder.resolve(id + ".part"));
        delete(of(id));
    }

    void discardPart(String id) {
        delete(folder.resolve(id + ".part"));
    }

    /** Takes away what belongs to no import. */
    void keepOnly(Predicate<String> known) {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> unknown = all.filter(
                            path -> !known.test(path.getFileName().toString()))
                    .toList();
            unknown.forEach(ImportFolder::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
