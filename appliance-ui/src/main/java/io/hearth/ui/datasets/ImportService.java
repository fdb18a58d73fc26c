package io.hearth.ui.datasets;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.blobs.BlobUser;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.Import.Source;
import io.hearth.ui.datasets.Import.State;
import io.hearth.ui.datasets.doctor.LineFile;
import io.hearth.ui.datasets.reading.Bounds;
import io.hearth.ui.datasets.reading.ImportSettings;
import io.hearth.ui.uploads.Uploads;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Reads uploads and reports what is in them. An import is a row; what is read lies in a folder that appears only when it is complete.
 * After a kill the reading begins again from the blob.
 */
@ApplicationScoped
public class ImportService implements BlobUser {
    private static final System.Logger LOG = System.getLogger(ImportService.class.getName());
    private static final int AT_ONCE = 2;
    private static final long TELL_EVERY_NANOS = 300_000_000L;

    /** Ends a reading that nobody wants any more. */
    private static final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Cancelled() {
            super(null, null, false, false);
        }
    }

    private final Database database;
    private final ImportStore store;
    private final ImportFolder folders;
    private final Uploads uploads;
    private final BlobStore blobs;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;
    private final Map<String, Progress> running = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofPlatform().name("import-", 0).daemon().factory());
    private volatile boolean stopping;

    public ImportService(
            Database database,
            ImportStore store,
            ImportFolder folders,
            Uploads uploads,
            BlobStore blobs,
            AuditLog audit,
            News news,
            Clock clock) {
        this.database = database;
        this.store = store;
        this.folders = folders;
        this.uploads = uploads;
        this.blobs = blobs;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event) {
        resume();
    }

    /** Goes on with what was under way when the program ended. */
    void resume() {
        List<Import> all = database.read(store::all);
        Set<String> known = all.stream().map(Import::id).collect(Collectors.toSet());
        folders.keepOnly(known::contains);
        for (Import one : all) {
            if (one.state() == State.COMMITTING) {
                database.run(h -> store.move(h, one.id(), State.COMMITTING, State.READY, clock.millis()));
            } else if (one.state() == State.READING) {
                submit(one.id());
            }
        }
    }

    @PreDestroy
    void stop() {
        stopping = true;
        threads.shutdown();
    }

    /**
     * Begins to read an upload.
     *
     * @param upload id of a whole upload of this actor
     * @param name name of the dataset, or null for that of the file
     * @param evaluationUpload id of another with the rows to hold out, or null
     * @param settings what the user knows already, or null
     */
    public Import begin(Actor actor, String upload, String name, String evaluationUpload, ImportSettings settings) {
        actor.needs(Role.ENGINEER);
        Source source = source(uploads.finished(actor, upload));
        Source evaluation = evaluationUpload == null ? null : source(uploads.finished(actor, evaluationUpload));
        String called =
                name == null || name.isBlank() ? DatasetNames.of(source.fileName()) : DatasetNames.checked(name);
        long now = clock.millis();
        Import one = new Import(
                Ids.next("di"),
                called,
                actor.id(),
                actor.name(),
                State.READING,
                source,
                evaluation,
                settings == null ? ImportSettings.AUTOMATIC : settings,
                null,
                null,
                null,
                now,
                now);
        database.run(h -> {
            store.insert(h, one);
            audit.record(
                    h,
                    actor,
                    "dataset.import",
                    one.id(),
                    Map.of("name", called, "file", source.fileName(), "blob", source.blob()));
        });
        uploads.forget(upload);
        if (evaluationUpload != null) {
            uploads.forget(evaluationUpload);
        }
        submit(one.id());
        news.publish(News.Topic.DATASETS, one.id());
        return one;
    }

    /** An import. */
    public Import get(Actor actor, String id) {
        actor.needs(Role.VIEWER);
        return database.read(h -> store.find(h, id)).orElseThrow(() -> Problem.notFound("datasets.import.unknown"));
    }

    /** Imports, the newest first. */
    public Paged<Import> list(Actor actor, long offset, int limit) {
        actor.needs(Role.VIEWER);
        return database.read(h -> new Paged<>(store.list(h, offset, limit), store.count(h), offset));
    }

    /** How far the reading of an import is; empty if it is not being read. */
    public Optional<Progress> progress(String id) {
        return Optional.ofNullable(running.get(id));
    }

    /** Reads an import again with other settings. */
    public Import settle(Actor actor, String id, ImportSettings settings) {
        actor.needs(Role.ENGINEER);
        Import one = get(actor, id);
        if (one.state() != State.READY && one.state() != State.FAILED) {
            throw Problem.conflict("datasets.import.busy");
        }
        database.run(h -> {
            store.readAgain(h, id, settings, clock.millis());
            audit.record(h, actor, "dataset.settings", id, Map.of("settings", Json.write(settings)));
        });
        submit(id);
        news.publish(News.Topic.DATASETS, id);
        return get(actor, id);
    }

    /** Gives an import up, also while it is being read. The version that it became stays. */
    public void delete(Actor actor, String id) {
        actor.needs(Role.ENGINEER);
        Import one = get(actor, id);
        if (one.state() == State.COMMITTING) {
            throw Problem.conflict("datasets.import.busy");
        }
        database.run(h -> {
            store.delete(h, id);
            audit.record(h, actor, "dataset.import-delete", id, Map.of("name", one.name()));
        });
        if (running.remove(id) == null) {
            folders.discard(id);
        }
        news.publish(News.Topic.DATASETS, id);
    }

    /** Bad rows of an import, in the order of the file. */
    public Paged<StoredBadRow> badRows(Actor actor, String id, long offset, int limit) {
        Import one = get(actor, id);
        if (one.report() == null) {
            return new Paged<>(List.of(), 0, offset);
        }
        List<StoredBadRow> rows = lines(id, Reading.BAD, offset, limit).stream()
                .map(line -> Json.read(line, StoredBadRow.class))
                .toList();
        return new Paged<>(rows, one.report().badRows(), offset);
    }

    /** The file with all bad rows of an import, one {@link StoredBadRow} a line. */
    Path badRowsFile(Actor actor, String id) {
        if (get(actor, id).report() == null) {
            throw Problem.conflict("datasets.import.busy");
        }
        return folders.of(id).resolve(Reading.BAD);
    }

    List<String> lines(String id, String file, long offset, int limit) {
        try {
            return LineFile.page(folders.of(id).resolve(file), offset, limit);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void tell(Handle handle, Consumer<String> hashes) {
        for (Import one : store.all(handle)) {
            if (one.state() != State.COMMITTED) {
                hashes.accept(one.source().blob());
                hashes.accept(one.evaluation() == null ? null : one.evaluation().blob());
            }
        }
    }

    private static Source source(Uploads.Uploaded uploaded) {
        return new Source(
                uploaded.name(), uploaded.blob().sha256(), uploaded.blob().size());
    }

    private void submit(String id) {
        running.put(id, Progress.WAITING);
        threads.execute(() -> read(id));
    }

    private void read(String id) {
        Import one = database.read(h -> store.find(h, id)).orElse(null);
        if (one == null || one.state() != State.READING || stopping) {
            running.remove(id);
            return;
        }
        Report report = null;
        Sentence failure = null;
        try {
            report = read(one);
            if (report.findings() == null) {
                failure = Sentence.of(
                        "datasets.file.no-mapping",
                        String.join(", ", report.training().columns()));
            }
            folders.complete(id);
        } catch (Cancelled e) {
            folders.discardPart(id);
            running.remove(id);
            return;
        } catch (Problem e) {
            failure = e.sentence();
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            LOG.log(System.Logger.Level.ERROR, "Reading the import " + id + " has failed", e);
            failure = Sentence.of("datasets.import.fault", id);
        }
        Report found = report;
        Sentence failed = failure;
        boolean wanted = database.write(h -> store.ended(h, id, found, failed, clock.millis()));
        running.remove(id);
        if (!wanted) {
            folders.discard(id);
        } else if (failure != null && report == null) {
            folders.discardPart(id);
        }
        news.publish(News.Topic.DATASETS, id);
    }

    private Report read(Import one) throws IOException {
        Path part = folders.begin(one.id());
        long[] told = {System.nanoTime()};
        Reading reading = new Reading(part, Bounds.DEFAULT, progress -> {
            if (stopping || running.computeIfPresent(one.id(), (id, before) -> progress) == null) {
                throw new Cancelled();
            }
            if (System.nanoTime() - told[0] > TELL_EVERY_NANOS) {
                told[0] = System.nanoTime();
                news.publish(News.Topic.DATASETS, one.id());
            }
        });
        return reading.read(
                input(one.source()), one.evaluation() == null ? null : input(one.evaluation()), one.settings());
    }

    private Reading.Input input(Source source) {
        return new Reading.Input(blobs.path(source.blob()), source.fileName());
    }
}
