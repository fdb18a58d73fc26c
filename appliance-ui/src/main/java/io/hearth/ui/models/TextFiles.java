package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * Folders with the small files of models, by the hash of the version: what a tokenizer reads. A folder appears under its name
 * only when it is complete. They can be made again at any time.
 */
final class TextFiles {
    private final BlobStore blobs;
    private final Path folder;

    TextFiles(BlobStore blobs, Path folder) {
        this.blobs = blobs;
        this.folder = folder;
    }

    synchronized Path of(ModelVersion version) {
        Path target = folder.resolve(version.hash());
        if (Files.isDirectory(target)) {
            return target;
        }
        Path fresh = folder.resolve(Ids.next("part"));
        try {
            Files.createDirectory(fresh);
            for (WorkerSpec.Input file : version.files()) {
                if (!file.path().endsWith(".safetensors")) {
                    Path copy = fresh.resolve(file.path());
                    Files.createDirectories(copy.getParent());
                    Files.copy(blobs.path(file.sha256()), copy);
                }
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("The text files of " + version.id() + " cannot be laid out.", e);
        } finally {
            delete(fresh);
        }
    }

    /** Takes the folder of a version away. */
    synchronized void forget(String hash) {
        delete(folder.resolve(hash));
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
