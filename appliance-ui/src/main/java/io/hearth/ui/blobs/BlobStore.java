package io.hearth.ui.blobs;

import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files by the hash of their content, under {@code blobs/sha256}. A blob appears under its name only when it is whole, synced and
 * verified; it never changes.
 */
@ApplicationScoped
public class BlobStore {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private final Path blobs;
    private final Path incoming;

    public BlobStore(HearthHome home) {
        this.blobs = home.folder("blobs/sha256");
        this.incoming = home.folder("blobs/incoming");
        clearIncoming();
    }

    /** What a sweep took away. */
    public record Swept(int files, long bytes) {}

    /**
     * Where a blob lies, whether or not it is there.
     *
     * @throws Problem if the hash is not one
     */
    public Path path(String sha256) {
        if (!HASH.matcher(sha256).matches()) {
            throw Problem.invalid("core.blob.hash");
        }
        return blobs.resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    /** Whether a blob is there. */
    public boolean has(String sha256) {
        return Files.isRegularFile(path(sha256));
    }

    /** A file for bytes that will become a blob, in the store's file system; take it in with {@link #adopt}. */
    public Path temporary() {
        return incoming.resolve(Ids.next("part"));
    }

    /** Keeps a stream. */
    public Blob put(InputStream in) {
        Path part = temporary();
        try {
            Files.copy(in, part);
            return adopt(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deleteQuietly(part);
        }
    }

    /** Takes a file of the same file system into the store, by hashing, syncing and renaming it. */
    public Blob adopt(Path file) {
        try {
            return adopt(file, hash(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Takes a file of the same file system into the store, whose hash the caller has already computed over every byte of it.
     * A blob that is there already counts as new again.
     */
    public Blob adopt(Path file, String sha256) {
        Path target = path(sha256);
        try {
            Blob blob = new Blob(sha256, Files.size(file));
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            synchronized (this) {
                if (Files.isRegularFile(target)) {
                    Files.setLastModifiedTime(target, FileTime.fromMillis(System.currentTimeMillis()));
                    Files.delete(file);
                    return blob;
                }
                Files.createDirectories(target.getParent());
                Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
            }
            sync(target.getParent());
            sync(blobs);
            return blob;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Takes away every blob that is not used and was last taken in before a time.
     *
     * @param used tells of a hash whether something needs it
     */
    public Swept sweep(Predicate<String> used, Instant before) {
        List<Path> unused;
        try (Stream<Path> files = Files.walk(blobs)) {
            unused = files.filter(
                            file -> HASH.matcher(file.getFileName().toString()).matches() && Files.isRegularFile(file))
                    .filter(file -> !used.test(file.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int count = 0;
        long bytes = 0;
        for (Path file : unused) {
            long size = deleteIfOlder(file, before);
            count += size >= 0 ? 1 : 0;
            bytes += Math.max(0, size);
        }
        return new Swept(count, bytes);
    }

    /** The size of the file that was deleted, or -1 if it was not. */
    private synchronized long deleteIfOlder(Path file, Instant before) {
        try {
            long size = Files.size(file);
            if (!Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                return -1;
            }
            Files.delete(file);
            return size;
        } catch (IOException e) {
            // Someone reads it, or it is gone already; the next sweep looks again.
            return -1;
        }
    }

    private void clearIncoming() {
        try (Stream<Path> left = Files.list(incoming)) {
            left.filter(Files::isRegularFile).forEach(BlobStore::deleteQuietly);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SHA-256 of a file. */
    public static String hash(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // A leftover in "incoming" is taken away at the next start.
        }
    }
}
