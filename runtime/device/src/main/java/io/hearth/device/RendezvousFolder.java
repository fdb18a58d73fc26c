package io.hearth.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A folder in which the ranks of one group meet, on one machine or on a file system that locks. Every rank holds a lock on a
 * file of its own; the system takes it away when the process ends, however it ends, and so the others know. A rank that
 * leaves gives its file another name first. A process holds one rank of a folder, and a folder serves one group.
 */
public final class RendezvousFolder implements Rendezvous {
    private static final String ID = "id";
    private static final long PAUSE_NANOS = 5_000_000;

    private final Path folder;
    private int rank;
    private int size;
    private FileChannel alive;

    /** @param folder exists; empty before the first rank comes */
    public RendezvousFolder(Path folder) {
        this.folder = folder;
    }

    @Override
    public synchronized byte[] enter(int rank, int size, Supplier<byte[]> make, Duration patience) {
        this.rank = rank;
        this.size = size;
        try {
            announce();
            return rank == 0 ? publish(make.get()) : await(patience);
        } catch (IOException | UncheckedIOException e) {
            throw new DeviceException(
                    "Rank " + rank + " cannot meet the others in " + folder + ": " + e.getMessage() + ".", e);
        }
    }

    /** The lock is held before the file has its name, so that a file with a name and without a lock is a dead rank's. */
    private void announce() throws IOException {
        if (Files.exists(file(rank)) || Files.exists(left(rank))) {
            throw new DeviceException("There was a rank " + rank + " in " + folder
                    + " before. Every group, and every new attempt, needs a folder of its own.");
        }
        Path temporary = temporary("rank-" + rank);
        alive = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        alive.lock();
        Files.move(temporary, file(rank), StandardCopyOption.ATOMIC_MOVE);
    }

    private byte[] publish(byte[] id) throws IOException {
        Path temporary = temporary(ID);
        Files.write(temporary, id);
        Files.move(temporary, folder.resolve(ID), StandardCopyOption.ATOMIC_MOVE);
        return id;
    }

    private byte[] await(Duration patience) throws IOException {
        long start = System.nanoTime();
        Path id = folder.resolve(ID);
        while (true) {
            Optional<String> lost = lost();
            if (lost.isPresent()) {
                throw new RankLostException("Rank " + rank + " cannot join the group: " + lost.get() + ".");
            }
            if (Files.exists(id)) {
                return Files.readAllBytes(id);
            }
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new RankLostException("Rank " + rank + " has waited " + patience.toSeconds()
                        + " s for rank 0 to come to " + folder + ".");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public synchronized Optional<String> lost() {
        Optional<String> left = Optional.empty();
        for (int other = 0; alive != null && other < size; other++) {
            // A name that is there before and after the look at the lock: a rank that leaves gives it up before the
            // lock.
            if (other != rank && Files.exists(file(other)) && !isLocked(file(other)) && Files.exists(file(other))) {
                return Optional.of("rank " + other + " has ended");
            }
            if (left.isEmpty() && Files.exists(left(other))) {
                left = Optional.of("rank " + other + " has left the group");
            }
        }
        return left;
    }

    private static boolean isLocked(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
            return lock == null;
        } catch (IOException | OverlappingFileLockException e) {
            // Not known: the rank counts as alive until something else tells otherwise.
            return true;
        }
    }

    private Path file(int rank) {
        return folder.resolve("rank-" + rank);
    }

    private Path left(int rank) {
        return folder.resolve("left-" + rank);
    }

    private Path temporary(String name) {
        return folder.resolve(name + ".tmp-" + ProcessHandle.current().pid());
    }

    @Override
    public synchronized void close() {
        try {
            if (alive != null) {
                Files.move(file(rank), left(rank), StandardCopyOption.ATOMIC_MOVE);
                alive.close();
                alive = null;
            }
        } catch (IOException e) {
            throw new DeviceException("Rank " + rank + " cannot leave " + folder + ": " + e.getMessage() + ".", e);
        }
    }
}
