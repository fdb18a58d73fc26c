package io.hearth.agent.blobs;

import io.hearth.agent.common.DurableFile;
import io.hearth.agent.enrolment.NodeIdentity;
import io.hearth.agent.workers.Supplies;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** The node's blobs: a cache of what workers need, and the way back for what they leave. */
public final class Blobs implements Supplies {
    private static final System.Logger LOG = System.getLogger(Blobs.class.getName());
    private static final int AT_ONCE = 3;
    private static final int WRONG_HASHES = 3;

    private final URI control;
    private final Store store;
    private final Semaphore slots = new Semaphore(AT_ONCE, true);
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final Set<String> travelling = ConcurrentHashMap.newKeySet();
    private volatile Supplier<Set<String>> inUse = Set::of;
    private volatile BlobTransport transport;

    /** @param budget most bytes of blobs; 0: 80 % of the disk */
    public Blobs(Path home, URI control, long budget, Clock clock) throws IOException {
        this.control = control;
        this.store = new Store(home, budget, clock);
    }

    /** Tells which blobs workers need: they are never given up. */
    public void protect(Supplier<Set<String>> hashes) {
        inUse = hashes;
    }

    /** From now on, speaks to the control plane as this node; null: as nobody, so that transfers wait. */
    public synchronized void identify(NodeIdentity identity) {
        BlobTransport before = transport;
        transport = identity == null ? null : new BlobTransport(control, identity);
        if (before != null) {
            before.close();
        }
    }

    /** Bytes of all blobs on the disk. */
    public long bytes() {
        return store.bytes();
    }

    @Override
    public void lay(String sha256, long size, Path target, LongConsumer arrived, BooleanSupplier cancelled)
            throws IOException, Refused, InterruptedException {
        if (sha256 == null || !Store.SHA256.matcher(sha256).matches() || size < 0) {
            throw new Refused("The control plane asks for a file without naming its hash.");
        }
        ReentrantLock lock = locks.computeIfAbsent(sha256, key -> new ReentrantLock());
        lock.lockInterruptibly();
        travelling.add(sha256);
        try {
            var kept = store.find(sha256, size);
            link(kept.isPresent() ? kept.get() : fetch(sha256, size, arrived, cancelled), target);
        } finally {
            travelling.remove(sha256);
            lock.unlock();
        }
    }

    @Override
    public void send(Path file, String sha256, long size, LongConsumer sent, BooleanSupplier cancelled)
            throws IOException, Refused, InterruptedException {
        transport().put(file, sha256, size, sent, cancelled);
    }

    private Path fetch(String sha256, long size, LongConsumer arrived, BooleanSupplier cancelled)
            throws IOException, Refused, InterruptedException {
        slots.acquire();
        try {
            for (int wrong = 0; wrong < WRONG_HASHES; wrong++) {
                Path part = store.partial(sha256);
                if (Files.exists(part) && Files.size(part) > size) {
                    Files.delete(part);
                }
                room(size, Files.exists(part) ? Files.size(part) : 0);
                if (pull(part, sha256, size, arrived, cancelled)) {
                    return store.keep(sha256);
                }
                Files.deleteIfExists(part);
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Blob {0} came with another content; it is fetched again.",
                        sha256);
            }
            throw new IOException(
                    "A file came " + WRONG_HASHES
                            + " times with another content than its hash says. Look at the network between node and control plane.");
        } finally {
            slots.release();
        }
    }

    private void room(long size, long arrived) throws IOException, Refused {
        Set<String> needed = inUse.get();
        switch (store.makeRoom(size, arrived, hash -> needed.contains(hash) || travelling.contains(hash))
                .orElse(null)) {
            case Store.NoRoom.Never(String reason) -> throw new Refused(reason);
            case Store.NoRoom.Now(String reason) -> throw new IOException(reason);
            case null -> {}
        }
    }

    /** Goes on with a blob to its end. Returns whether its hash is right. */
    private boolean pull(Path part, String sha256, long size, LongConsumer arrived, BooleanSupplier cancelled)
            throws IOException, Refused, InterruptedException {
        try (FileChannel file =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MessageDigest digest = digest();
            long here = rehash(file, digest, cancelled);
            if (here < size) {
                BlobTransport.Part answer = transport().get(sha256, here);
                if (answer.from() != here) {
                    file.truncate(0);
                    digest.reset();
                }
                try (InputStream body = answer.body();
                        StallGuard guard = new StallGuard(body)) {
                    copy(body, file, answer.from(), size, digest, guard, arrived, cancelled);
                }
            } else if (size == 0) {
                arrived.accept(0);
            }
            file.force(true);
            return file.size() == size
                    && HexFormat.of().formatHex(digest.digest()).equals(sha256);
        }
    }

    private static void copy(
            InputStream body,
            FileChannel file,
            long from,
            long size,
            MessageDigest digest,
            StallGuard guard,
            LongConsumer arrived,
            BooleanSupplier cancelled)
            throws IOException {
        byte[] buffer = new byte[128 << 10];
        long position = from;
        while (position < size) {
            if (cancelled.getAsBoolean()) {
                throw new IOException("Fetching was called off.");
            }
            int read = body.read(buffer, 0, (int) Math.min(buffer.length, size - position));
            if (read < 0) {
                throw new IOException("The connection to the control plane broke off while a file was fetched.");
            }
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
            while (bytes.hasRemaining()) {
                file.write(bytes, position + bytes.position());
            }
            digest.update(buffer, 0, read);
            position += read;
            guard.moved();
            arrived.accept(position);
        }
    }

    private static long rehash(FileChannel file, MessageDigest digest, BooleanSupplier cancelled) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(128 << 10);
        long position = 0;
        for (int read = file.read(buffer, 0); read > 0; read = file.read(buffer.clear(), position)) {
            if (cancelled.getAsBoolean()) {
                throw new IOException("Fetching was called off.");
            }
            digest.update(buffer.array(), 0, read);
            position += read;
        }
        return position;
    }

    /** A hard link costs no space; where the file system has none, a copy. */
    private static void link(Path blob, Path target) throws IOException {
        Files.deleteIfExists(target);
        try {
            Files.createLink(target, blob);
        } catch (UnsupportedOperationException | IOException noLinks) {
            Path part = target.resolveSibling("." + target.getFileName() + ".part");
            Files.deleteIfExists(part);
            Files.copy(blob, part);
            DurableFile.rename(part, target);
        }
    }

    private BlobTransport transport() throws IOException {
        BlobTransport now = transport;
        if (now == null) {
            throw new IOException("This node belongs to no control plane at the moment.");
        }
        return now;
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
