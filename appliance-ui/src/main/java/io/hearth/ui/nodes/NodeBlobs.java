package io.hearth.ui.nodes;

import io.hearth.protocol.NodePaths;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.blobs.BlobUser;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Which blobs a node may read and send, and those that are on their way in: {@code blobs/nodes/NODE-HASH}, as long as what has
 * arrived. They outlive a restart of either side.
 */
@ApplicationScoped
public class NodeBlobs implements BlobUser {
    private static final Duration FORGOTTEN = Duration.ofDays(7);

    private final Database database;
    private final BlobStore blobs;
    private final Clock clock;
    private final Path folder;
    private final WorkerStore workers = new WorkerStore(node -> false);
    private final Set<Path> busy = ConcurrentHashMap.newKeySet();

    public NodeBlobs(Database database, BlobStore blobs, HearthHome home, Clock clock) {
        this.database = database;
        this.blobs = blobs;
        this.clock = clock;
        this.folder = home.folder("blobs/nodes");
    }

    /** A blob's file, if it is there and this node needs it. */
    Path readable(String node, String sha256) {
        Path file = blobs.path(sha256);
        return database.read(h -> workers.reads(h, node, sha256)) && Files.isRegularFile(file) ? file : null;
    }

    /** Whether a node has a worker whose results it may send. */
    boolean maySend(String node) {
        return database.read(h -> workers.ofNode(h, node)).stream()
                .anyMatch(worker -> !worker.spec().outputs().isEmpty());
    }

    /** The file of a blob that is on its way in. */
    Path part(String node, String sha256) {
        blobs.path(sha256);
        return folder.resolve(node + "-" + sha256);
    }

    /** Whether a node has sent a blob whole, and so has proven that it has it. */
    boolean sent(String node, String sha256) {
        return blobs.has(sha256)
                && database.read(
                        h -> h.createQuery("SELECT COUNT(*) FROM node_blob WHERE node_id = :node AND sha256 = :sha256")
                                        .bind("node", node)
                                        .bind("sha256", sha256)
                                        .mapTo(Integer.class)
                                        .one()
                                > 0);
    }

    /** How far a blob is that a node sends. */
    NodePaths.BlobProgress progress(String node, String sha256) {
        try {
            Path part = part(node, sha256);
            if (sent(node, sha256)) {
                return new NodePaths.BlobProgress(Files.size(blobs.path(sha256)), true);
            }
            return new NodePaths.BlobProgress(Files.exists(part) ? Files.size(part) : 0, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes a part for one writer; false if another has it. */
    boolean take(Path part) {
        return busy.add(part);
    }

    void give(Path part) {
        busy.remove(part);
    }

    /** Makes what has arrived outlast a power cut. */
    void sync(Path part) throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Makes a blob of a part that is whole; false, and the part is gone, if its hash is not what was said. */
    boolean finish(String node, String sha256, Path part) throws IOException {
        if (!BlobStore.hash(part).equals(sha256)) {
            Files.deleteIfExists(part);
            return false;
        }
        blobs.adopt(part, sha256);
        database.run(h -> h.createUpdate("INSERT INTO node_blob (node_id, sha256, sent) VALUES (:node, :sha256, :now)"
                        + " ON CONFLICT (node_id, sha256) DO UPDATE SET sent = :now")
                .bind("node", node)
                .bind("sha256", sha256)
                .bind("now", clock.millis())
                .execute());
        return true;
    }

    /** Takes away parts that nobody has gone on with for a week. */
    void clear() {
        Instant before = clock.instant().minus(FORGOTTEN);
        try (Stream<Path> parts = Files.list(folder)) {
            for (Path part : parts.toList()) {
                if (!busy.contains(part)
                        && Files.getLastModifiedTime(part).toInstant().isBefore(before)) {
                    Files.deleteIfExists(part);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void tell(Handle handle, Consumer<String> hashes) {
        handle.createQuery("SELECT DISTINCT sha256 FROM worker_input")
                .mapTo(String.class)
                .forEach(hashes);
        List<Worker> done = workers.done(handle);
        done.forEach(worker -> worker.status().outputs().forEach(output -> hashes.accept(output.sha256())));
    }
}
