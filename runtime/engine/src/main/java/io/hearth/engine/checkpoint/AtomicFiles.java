package io.hearth.engine.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Publishes files and directories whole or not at all. The content is written under a temporary name, synced to the
 * disk, renamed, and the rename is synced too; so after a kill or a power cut at any moment the published name holds
 * either the old content or the new. A failure (a full disk, say) removes the temporary and leaves the old content.
 *
 * <p>A process that is killed leaves its temporary behind; {@link #deleteLeftovers} clears such names away at the next
 * start. Two writers of one name do not disturb each other: the last rename wins.
 */
public final class AtomicFiles {
    /** What stands between the published name and a random suffix in a temporary's name. */
    private static final String TEMPORARY = ".tmp-";

    private AtomicFiles() {}

    /** Writes the content of one file. */
    @FunctionalInterface
    public interface FileWriter {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Fills an empty directory. */
    @FunctionalInterface
    public interface DirectoryWriter {
        void fill(Path directory) throws IOException;
    }

    /**
     * Publishes a file, replacing an older one.
     *
     * @throws CheckpointException if it could not be written; the older file is then unchanged
     */
    public static void write(Path file, FileWriter content) {
        Path temporary = temporaryFor(file);
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException | Error e) {
            deleteAfter(e, temporary);
            throw translated(file, e);
        }
        syncParent(file);
    }

    /** Publishes a file with these bytes; see {@link #write}. */
    public static void writeBytes(Path file, byte[] bytes) {
        write(file, channel -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        });
    }

    /** Publishes a value as indented JSON in UTF-8, ending with a newline; see {@link #write}. */
    public static void writeJson(Path file, Object value) {
        String text;
        try {
            text = JsonFiles.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), e);
        }
        writeBytes(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Publishes a directory with everything in it. An older directory of that name is exchanged for the new one in one
     * step and then deleted. (A file system that cannot exchange two names has a moment with neither; the older one is
     * then beside it under a temporary name.)
     *
     * @param fill writes the content into the empty directory it is given
     * @throws CheckpointException if it could not be written; the older directory is then unchanged
     */
    public static void publishDirectory(Path directory, DirectoryWriter fill) {
        Path temporary = temporaryFor(directory);
        try {
            Files.createDirectories(temporary);
            fill.fill(temporary);
            syncTree(temporary);
            if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                replaceDirectory(temporary, directory);
            } else {
                Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException | RuntimeException | Error e) {
            deleteAfter(e, temporary);
            throw translated(directory, e);
        }
        syncParent(directory);
        // Holds the older content now, if anything; the new one is safe on disk before it goes.
        deleteTreeQuietly(temporary);
    }

    private static void replaceDirectory(Path temporary, Path directory) throws IOException {
        if (NameExchange.exchange(temporary, directory)) {
            return;
        }
        Path aside = temporaryFor(directory);
        Files.move(directory, aside, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(aside, directory, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        deleteTreeQuietly(aside);
    }

    /**
     * Deletes the temporaries that killed writers left in a directory (not below it). Call it only when nobody else is
     * writing there.
     *
     * @throws CheckpointException if the directory cannot be listed or a leftover cannot be deleted
     */
    public static void deleteLeftovers(Path directory) {
        try {
            List<Path> leftovers;
            try (Stream<Path> entries = Files.list(directory)) {
                leftovers = entries.filter(AtomicFiles::isTemporary).toList();
            }
            for (Path leftover : leftovers) {
                deleteTree(leftover);
            }
        } catch (IOException e) {
            throw new CheckpointException(
                    "%s: leftovers of an interrupted write cannot be cleared away: %s".formatted(directory, reason(e)),
                    e);
        }
    }

    /** Whether this is the name of something unfinished. */
    public static boolean isTemporary(Path path) {
        // The whole pattern: a user's own file must not be taken for ours because of its name.
        return path.getFileName().toString().matches(".+\\.tmp-[0-9a-f]{32}");
    }

    /**
     * Deletes a file or a directory with everything in it; links are removed, not followed. Deletes nothing where there
     * is nothing.
     */
    public static void deleteTree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static Path temporaryFor(Path path) {
        String suffix = UUID.randomUUID().toString().replace("-", "");
        return path.toAbsolutePath().resolveSibling(path.getFileName() + TEMPORARY + suffix);
    }

    private static void syncTree(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    sync(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                sync(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void syncParent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        try {
            sync(parent);
        } catch (IOException e) {
            throw new CheckpointException(
                    "%s was written, but %s could not be synced to the disk: %s".formatted(path, parent, reason(e)), e);
        }
    }

    /** On Linux a directory can be opened for reading and synced like a file. */
    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void deleteAfter(Throwable failure, Path temporary) {
        try {
            deleteTree(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** What was published stays valid, so a leftover that will not go is no reason to fail. */
    private static void deleteTreeQuietly(Path path) {
        try {
            deleteTree(path);
        } catch (IOException e) {
            System.getLogger(AtomicFiles.class.getName())
                    .log(System.Logger.Level.WARNING, "Could not delete " + path, e);
        }
    }

    private static RuntimeException translated(Path path, Throwable failure) {
        return switch (failure) {
            case IOException e ->
                new CheckpointException(
                        "%s could not be written: %s. What was there before is unchanged.".formatted(path, reason(e)),
                        e);
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException(failure);
        };
    }

    private static String reason(IOException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        // The JDK's file exceptions say only the path; their class says what happened.
        String kind = e instanceof FileSystemException f && f.getReason() == null
                ? e.getClass().getSimpleName() + " "
                : "";
        return kind + message;
    }
}
