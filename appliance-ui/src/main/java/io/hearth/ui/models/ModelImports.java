package io.hearth.ui.models;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.blobs.BlobUser;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.models.check.Finding;
import io.hearth.ui.uploads.Uploads;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jdbi.v3.core.Handle;

/** Imports of models: begun by a person, done in the background one after the other, gone on with after a restart. */
@ApplicationScoped
public class ModelImports implements BlobUser {
    private static final System.Logger LOG = System.getLogger(ModelImports.class.getName());

    private final Database database;
    private final ModelImportStore store;
    private final ModelRegistry registry;
    private final Uploads uploads;
    private final ImportRoots roots;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;
    private final Path folder;
    private final ModelImporter importer;
    private volatile boolean stopping;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("model-import").daemon().factory());

    @Inject
    public ModelImports(
            Database database,
            ModelImportStore store,
            ModelStore models,
            ModelRegistry registry,
            Uploads uploads,
            BlobStore blobs,
            ImportRoots roots,
            AuditLog audit,
            News news,
            Clock clock,
            HearthHome home,
            @ConfigProperty(name = "hearth.uploads.reserve", defaultValue = "2000000000") long reserve) {
        this.database = database;
        this.store = store;
        this.registry = registry;
        this.uploads = uploads;
        this.roots = roots;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
        this.folder = home.folder("models/imports");
        this.importer = new ModelImporter(database, store, models, registry, blobs, roots, news, clock, reserve);
    }

    void start(@Observes StartupEvent started) {
        resumeAll();
    }

    void stop(@Observes ShutdownEvent ended) {
        close();
    }

    /** Stops working; what is under way goes on at the next start. */
    void close() {
        stopping = true;
        worker.shutdownNow();
    }

    /** Goes on with whatever a stop or a kill has interrupted. */
    public void resumeAll() {
        database.read(store::open).forEach(row -> submit(row.id()));
    }

    /**
     * Begins the import of an uploaded archive.
     *
     * @param model name of the model; null: made of the file's name
     * @param base for an adapter: its base; else null
     */
    public ModelImport fromUpload(Actor actor, String model, String upload, String base) {
        actor.needs(Role.ENGINEER);
        Uploads.Uploaded file = uploads.finished(actor, upload);
        String name = model == null || model.isBlank()
                ? ModelNames.from(file.name().replaceAll("(?i)\\.(zip|tar|tgz|tar\\.gz)$", ""))
                : ModelNames.checked(model);
        ModelImport begun = begin(
                actor,
                name,
                ModelImport.Origin.UPLOAD,
                file.blob().sha256(),
                file.name(),
                base,
                file.blob().size());
        uploads.forget(upload);
        return begun;
    }

    /** Begins the import of a folder on this machine. */
    public ModelImport fromFolder(Actor actor, String model, String path, String base) {
        actor.needs(Role.ENGINEER);
        ImportRoots.Allowed allowed = roots.allowed(path);
        String name = model == null || model.isBlank()
                ? ModelNames.from(allowed.folder().getFileName().toString())
                : ModelNames.checked(model);
        return begin(
                actor,
                name,
                ModelImport.Origin.FOLDER,
                allowed.folder().toString(),
                allowed.folder().toString(),
                base,
                0);
    }

    private ModelImport begin(
            Actor actor,
            String model,
            ModelImport.Origin origin,
            String source,
            String sourceName,
            String base,
            long bytes) {
        ModelImport begun = database.write(h -> {
            String baseId = base == null || base.isBlank() ? null : base(h, base);
            ModelImport row = new ModelImport(
                    Ids.next("mi"),
                    model,
                    origin,
                    source,
                    sourceName,
                    baseId,
                    ModelImport.State.READING,
                    0,
                    bytes,
                    List.of(),
                    List.of(),
                    null,
                    null,
                    false,
                    actor.id(),
                    clock.millis());
            store.insert(h, row, actor);
            audit.record(h, actor, "model.import", row.id(), Map.of("model", model, "source", sourceName));
            return row;
        });
        submit(begun.id());
        news.publish(News.Topic.MODELS, begun.id());
        return begun;
    }

    private String base(Handle handle, String reference) {
        ModelVersion base = registry.version(handle, reference);
        if (base.kind() != ModelVersion.Kind.BASE) {
            throw Problem.invalid("models.import.base", reference);
        }
        return base.id();
    }

    /** An import. */
    public ModelImport get(Actor actor, String id) {
        actor.needs(Role.VIEWER);
        return database.read(h -> store.find(h, id)).orElseThrow(() -> Problem.notFound("models.import.none", id));
    }

    /** The newest imports, the newest first. */
    public List<ModelImport> newest(Actor actor, int limit) {
        actor.needs(Role.VIEWER);
        return database.read(h -> store.newest(h, limit));
    }

    /** Stops an import. */
    public void cancel(Actor actor, String id) {
        actor.needs(Role.ENGINEER);
        get(actor, id);
        database.run(h -> {
            if (store.cancel(h, id, clock.millis())) {
                audit.record(h, actor, "model.import.cancel", id, Map.of());
            }
        });
        submit(id);
        news.publish(News.Topic.MODELS, id);
    }

    @Override
    public void tell(Handle handle, Consumer<String> hashes) {
        for (ModelImport row : store.open(handle)) {
            if (row.origin() == ModelImport.Origin.UPLOAD) {
                hashes.accept(row.source());
            }
        }
    }

    /** The roots from which folders can be imported, or the folders in one. */
    public List<ImportRoots.Folder> browse(Actor actor, String path) {
        actor.needs(Role.ENGINEER);
        return path == null || path.isBlank() ? roots.roots() : roots.in(path);
    }

    private void submit(String id) {
        worker.execute(() -> {
            try {
                importer.run(id, folder.resolve(id));
            } catch (Problem e) {
                importer.fail(id, List.of(new Finding("", e.sentence())), List.of());
            } catch (IOException | RuntimeException e) {
                if (stopping) {
                    // Cut short by the stop of the process: the next start goes on with it.
                    return;
                }
                LOG.log(System.Logger.Level.ERROR, "Import " + id + " has failed", e);
                importer.fail(id, List.of(new Finding("", Sentence.of("models.import.fault", id))), List.of());
            }
        });
    }
}
