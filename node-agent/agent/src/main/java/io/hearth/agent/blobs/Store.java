package io.hearth.agent.blobs;

import io.hearth.agent.common.DurableFile;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The blobs on the node's disk: {@code blobs/sha256/ab/abcd…}, whole and verified; what is on its way lies in {@code
 * blobs/partial/}. The time of a file's last change is when it was last used.
 */
final class Store {
    static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** Kept free on the disk for everything else. */
    private static final long RESERVE = 64L << 20;

    private static final Duration FORGOTTEN = Duration.ofDays(1);

    private static final System.Logger LOG = System.getLogger(Store.class.getName());

    private final Path folder;
    private final Path partial;
    private final long budget;
    private final Clock clock;
    private long bytes;

    /** @param budget most bytes of blobs; 0: 80 % of the disk */
    Store(Path home, long budget, Clock clock) throws IOException {
        Path blobs = home.resolve("blobs");
        this.folder = blobs.resolve("sha256");
        this.partial = blobs.resolve("partial");
        this.clock = clock;
        Files.createDirectories(folder);
        Files.createDirectories(partial);
        this.budget = budget > 0 ? budget : Files.getFileStore(folder).getTotalSpace() / 5 * 4;
        forgetOldParts();
        this.bytes = all().stream().mapToLong(Kept::size).sum();
    }

    /** Parts that nobody has gone on with for a day. */
    private void forgetOldParts() throws IOException {
        Instant before = clock.instant().minus(FORGOTTEN);
        try (Stream<Path> parts = Files.list(partial)) {
            for (Path part : parts.toList()) {
                if (Files.getLastModifiedTime(part).toInstant().isBefore(before)) {
                    Files.deleteIfExists(part);
                }
            }
        }
    }

    private record Kept(Path file, long size, FileTime used) {}

    /** Bytes of all blobs. */
    synchronized long bytes() {
        return bytes;
    }

    /** A blob, marked as used now. */
    synchronized Optional<Path> find(String sha256, long size) throws IOException {
        Path file = file(sha256);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        if (Files.size(file) != size) {
            drop(file, Files.size(file));
            return Optional.empty();
        }
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        return Optional.of(file);
    }

    /** Where a blob is put together. */
    Path partial(String sha256) {
        return partial.resolve(sha256);
    }

    /** Takes in a blob that is whole, verified and synced. */
    synchronized Path keep(String sha256) throws IOException {
        Path file = file(sha256);
        Files.createDirectories(file.getParent());
        long size = Files.size(partial(sha256));
        Files.setLastModifiedTime(partial(sha256), FileTime.from(clock.instant()));
        DurableFile.rename(partial(sha256), file);
        bytes += size;
        return file;
    }

    /** What prevents room. */
    sealed interface NoRoom {
        /** Not even an empty store could hold it. */
        record Never(String reason) implements NoRoom {}

        /** Workers hold what would have to go. */
        record Now(String reason) implements NoRoom {}
    }

    /**
     * Makes room for so many bytes: the blobs that were not used for the longest time go first, those in use never.
     *
     * @param arrived bytes of it that are already on the disk
     * @return what prevents it; empty if there is room
     */
    synchronized Optional<NoRoom> makeRoom(long size, long arrived, Predicate<String> inUse) throws IOException {
        FileStore disk = Files.getFileStore(folder);
        if (size > budget) {
            return Optional.of(new NoRoom.Never("The worker needs a file of " + mega(size)
                    + ", and this node keeps at most " + mega(budget)
                    + " of such files. Set hearth.agent.blob-budget-bytes to more, or use a node with a larger disk."));
        }
        if (size + RESERVE > disk.getTotalSpace()) {
            return Optional.of(new NoRoom.Never(
                    "The worker needs a file of " + mega(size) + ", and the whole disk of this node has "
                            + mega(disk.getTotalSpace()) + ". Use a node with a larger disk."));
        }
        List<Kept> oldest = new ArrayList<>(all());
        oldest.sort(Comparator.comparing(Kept::used));
        for (Kept kept : oldest) {
            if (fits(size, arrived, disk)) {
                break;
            }
            if (!inUse.test(kept.file().getFileName().toString())) {
                drop(kept.file(), kept.size());
            }
        }
        if (fits(size, arrived, disk)) {
            return Optional.empty();
        }
        return Optional.of(new NoRoom.Now("The disk of this node is full: a file of " + mega(size)
                + " is needed, " + mega(Math.max(0, disk.getUsableSpace() - RESERVE))
                + " are free, and other workers hold "
                + mega(bytes) + " of at most " + mega(budget)
                + ". Free some space, or wait until other workers have ended."));
    }

    private boolean fits(long size, long arrived, FileStore disk) throws IOException {
        return bytes + size <= budget && disk.getUsableSpace() - RESERVE >= size - arrived;
    }

    private void drop(Path file, long size) throws IOException {
        if (Files.deleteIfExists(file)) {
            bytes -= size;
            LOG.log(System.Logger.Level.INFO, "Blob {0} was given up.", file.getFileName());
        }
    }

    private Path file(String sha256) {
        return folder.resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    private List<Kept> all() throws IOException {
        List<Kept> kept = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(each ->
                            SHA256.matcher(each.getFileName().toString()).matches())
                    .toList()) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                kept.add(new Kept(file, attributes.size(), attributes.lastModifiedTime()));
            }
        } catch (NoSuchFileException none) {
            return kept;
        }
        return kept;
    }

    private static String mega(long size) {
        return Math.ceilDiv(size, 1_000_000) + " MB";
    }
}
