package io.hearth.ui.uploads;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.Blob;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.blobs.BlobUser;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.uploads.UploadStore.Upload;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jdbi.v3.core.Handle;

/**
 * Uploads in chunks. The bytes of an unfinished upload lie in {@code uploads/ID}; when the last has come, the row gets the hash
 * and the file becomes a blob, in this order, so that a kill at any instant leaves either a file to go on with or a blob.
 */
@ApplicationScoped
public class UploadService implements Uploads, BlobUser {
    /** Most bytes of one chunk. */
    public static final int CHUNK = 8 << 20;

    /** How long an upload that nobody touches is kept. */
    static final Duration STALE = Duration.ofDays(7);

    private static final int MOST_OF_ONE_OWNER = 50;

    /** What bounds uploads; all in bytes. */
    public record Limits(long largest, long reserve) {
        /** The product's own. */
        public static final Limits DEFAULT = new Limits(100_000_000_000L, 2_000_000_000L);
    }

    /** An upload that this process has touched: one chunk at a time. */
    private record Open(ReentrantLock lock, PartFile part) {}

    private static final System.Logger LOG = System.getLogger(UploadService.class.getName());

    private final Database database;
    private final UploadStore store;
    private final BlobStore blobs;
    private final AuditLog audit;
    private final Clock clock;
    private final Limits limits;
    private final Path folder;
    private final Map<String, Open> open = new ConcurrentHashMap<>();

    @Inject
    public UploadService(
            Database database,
            UploadStore store,
            BlobStore blobs,
            AuditLog audit,
            Clock clock,
            HearthHome home,
            @ConfigProperty(name = "hearth.uploads.largest", defaultValue = "100000000000") long largest,
            @ConfigProperty(name = "hearth.uploads.reserve", defaultValue = "2000000000") long reserve) {
        this(database, store, blobs, audit, clock, home, new Limits(largest, reserve));
    }

    UploadService(
            Database database,
            UploadStore store,
            BlobStore blobs,
            AuditLog audit,
            Clock clock,
            HearthHome home,
            Limits limits) {
        this.database = database;
        this.store = store;
        this.blobs = blobs;
        this.audit = audit;
        this.clock = clock;
        this.limits = limits;
        this.folder = home.folder("uploads");
    }

    /**
     * Begins an upload.
     *
     * @param name file name; folders in it are taken off
     * @param size bytes of the whole file
     * @throws Problem if it is empty, too large, or does not fit the disk
     */
    public UploadState create(Actor actor, String name, long size) {
        actor.needs(Role.ENGINEER);
        if (size <= 0) {
            throw Problem.invalid("uploads.empty");
        }
        if (size > limits.largest()) {
            throw new Problem(Problem.Kind.TOO_LARGE, Sentence.of("uploads.large", size, limits.largest()));
        }
        long now = clock.millis();
        Upload upload = new Upload(Ids.next("up"), actor.id(), FileNames.safe(name), size, null, now, now);
        database.run(h -> {
            List<Upload> all = store.all(h);
            if (all.stream().filter(one -> one.owner().equals(actor.id())).count() >= MOST_OF_ONE_OWNER) {
                throw Problem.conflict("uploads.many", MOST_OF_ONE_OWNER);
            }
            long promised =
                    all.stream().mapToLong(one -> one.size() - received(one)).sum();
            long free = usable() - limits.reserve() - promised;
            if (size > free) {
                throw new Problem(Problem.Kind.TOO_LARGE, Sentence.of("uploads.disk", size, Math.max(0, free)));
            }
            store.insert(h, upload);
            audit.record(h, actor, "upload.create", upload.id(), Map.of("name", upload.name(), "size", size));
        });
        return state(upload);
    }

    /** An upload of this actor; whatever a kill left half done about it is done first. */
    public UploadState get(Actor actor, String id) {
        return state(settled(own(actor, id)));
    }

    /** This actor's uploads that no feature has taken yet, the newest first. */
    public List<UploadState> list(Actor actor) {
        actor.needs(Role.ENGINEER);
        return database.read(h -> store.ofOwner(h, actor.id())).stream()
                .map(this::state)
                .toList();
    }

    /**
     * Takes the next bytes. They are on disk when this returns.
     *
     * @param offset where they belong: what has been received so far
     * @throws Problem of kind CONFLICT if they belong elsewhere
     */
    public UploadState append(Actor actor, String id, long offset, InputStream in) {
        Upload upload = own(actor, id);
        Open file = open(upload);
        if (!file.lock().tryLock()) {
            throw Problem.conflict("uploads.busy");
        }
        try {
            long received = received(upload);
            if (offset != received) {
                throw Problem.conflict("uploads.offset", received, offset);
            }
            file.part().append(in, Math.min(CHUNK, upload.size() - received));
        } catch (IOException e) {
            throw broken(upload, e);
        } finally {
            file.lock().unlock();
        }
        database.run(h -> store.touch(h, id, clock.millis()));
        return state(settled(upload));
    }

    /** Gives an upload up. */
    public void delete(Actor actor, String id) {
        Upload upload = own(actor, id);
        database.run(h -> {
            store.delete(h, id);
            audit.record(h, actor, "upload.delete", id, Map.of("name", upload.name()));
        });
        clear(id);
    }

    @Override
    public Uploaded finished(Actor actor, String id) {
        Upload upload = settled(own(actor, id));
        if (upload.sha256() == null) {
            throw Problem.conflict("uploads.unfinished", upload.name(), received(upload), upload.size());
        }
        return new Uploaded(id, upload.name(), new Blob(upload.sha256(), upload.size()));
    }

    @Override
    public void forget(String id) {
        database.run(h -> store.delete(h, id));
        clear(id);
    }

    @Override
    public void tell(Handle handle, Consumer<String> hashes) {
        store.all(handle).forEach(upload -> hashes.accept(upload.sha256()));
    }

    /** Takes away uploads that nobody has touched for a week, and files without a row. */
    @Scheduled(every = "6h", delayed = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void clean() {
        long before = clock.instant().minus(STALE).toEpochMilli();
        List<Upload> stale = database.read(store::all).stream()
                .filter(upload -> upload.touched() < before)
                .toList();
        for (Upload upload : stale) {
            database.run(h -> {
                store.delete(h, upload.id());
                audit.record(h, Actor.SYSTEM, "upload.expire", upload.id(), Map.of("name", upload.name()));
            });
            clear(upload.id());
        }
        // The files first: a row is written before its file, so every one of these files has its row by now or never.
        List<String> there = files();
        List<String> known = database.read(store::all).stream().map(Upload::id).toList();
        there.stream().filter(name -> !known.contains(name)).forEach(this::clear);
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Upload own(Actor actor, String id) {
        actor.needs(Role.ENGINEER);
        return database.read(h -> store.find(h, id))
                .filter(upload -> upload.owner().equals(actor.id()))
                .orElseThrow(() -> Problem.notFound("uploads.unknown"));
    }

    /** Turns a file whose last byte is there into a blob. */
    private Upload settled(Upload given) {
        Open file = open(given);
        file.lock().lock();
        try {
            Upload upload = database.read(h -> store.find(h, given.id()))
                    .orElseThrow(() -> Problem.notFound("uploads.unknown"));
            if (upload.sha256() == null && file.part().length() < upload.size()) {
                return upload;
            }
            if (upload.sha256() == null) {
                String hash = file.part().hash();
                database.run(h -> store.whole(h, upload.id(), hash, clock.millis()));
            }
            Upload whole = database.read(h -> store.find(h, upload.id())).orElseThrow();
            if (Files.exists(file(upload.id()))) {
                blobs.adopt(file(upload.id()), whole.sha256());
            }
            open.remove(upload.id());
            return whole;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            file.lock().unlock();
        }
    }

    private Problem broken(Upload upload, IOException cause) {
        LOG.log(System.Logger.Level.DEBUG, "A chunk of " + upload.id() + " broke off", cause);
        if (usable() < limits.reserve() / 2) {
            return new Problem(Problem.Kind.UNAVAILABLE, Sentence.of("uploads.full", received(upload)));
        }
        return new Problem(Problem.Kind.UNAVAILABLE, Sentence.of("uploads.broken", received(upload)));
    }

    private long received(Upload upload) {
        return upload.sha256() != null ? upload.size() : open(upload).part().length();
    }

    private UploadState state(Upload upload) {
        return new UploadState(upload.id(), upload.name(), upload.size(), received(upload), CHUNK, upload.created());
    }

    private Open open(Upload upload) {
        return open.computeIfAbsent(upload.id(), id -> new Open(new ReentrantLock(), new PartFile(file(id))));
    }

    private void clear(String id) {
        open.remove(id);
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            // The next cleaning finds a file without a row.
        }
    }

    private Path file(String id) {
        return folder.resolve(id);
    }

    private long usable() {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
