package io.hearth.ui.models;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.MergeJob;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.blobs.BlobUser;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.models.bundle.TarWriter;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.WorkerRequest;
import io.hearth.ui.nodes.Workers;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/** Models on their way out: versions as tar archives, and adapters merged into their base by a worker first. */
@ApplicationScoped
public class ModelExports implements Workers.Listener, BlobUser {
    private static final Duration KEPT = Duration.ofDays(7);

    private final Database database;
    private final ModelRegistry registry;
    private final ModelExportStore store;
    private final Workers workers;
    private final BlobStore blobs;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;

    public ModelExports(
            Database database,
            ModelRegistry registry,
            ModelExportStore store,
            Workers workers,
            BlobStore blobs,
            AuditLog audit,
            News news,
            Clock clock) {
        this.database = database;
        this.registry = registry;
        this.store = store;
        this.workers = workers;
        this.blobs = blobs;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
    }

    /** Begins to merge an adapter into its base; gives the export that is there already, if it has not failed. */
    public ModelExport begin(Actor actor, String version) {
        actor.needs(Role.ENGINEER);
        ModelExport begun = database.write(h -> {
            ModelVersion adapter = registry.version(h, version);
            if (adapter.kind() != ModelVersion.Kind.ADAPTER) {
                throw Problem.invalid("models.merge.whole");
            }
            Optional<ModelExport> known =
                    store.newest(h, adapter.id()).filter(row -> row.state() != ModelExport.State.FAILED);
            if (known.isPresent()) {
                return known.get();
            }
            ModelExport row = new ModelExport(
                    Ids.next("export"), adapter.id(), ModelExport.State.QUEUED, null, List.of(), null, clock.millis());
            store.insert(h, row, actor.id());
            audit.record(h, actor, "model.merge", adapter.id(), Map.of("export", row.id()));
            return row;
        });
        step();
        return get(actor, begun.id());
    }

    /** An export. */
    public ModelExport get(Actor actor, String id) {
        actor.needs(Role.VIEWER);
        return database.read(h -> store.find(h, id)).orElseThrow(() -> Problem.notFound("models.export.none", id));
    }

    /** The newest export of a version. */
    public Optional<ModelExport> newest(Actor actor, String version) {
        actor.needs(Role.VIEWER);
        return database.read(h -> store.newest(h, version));
    }

    /** Writes files as a tar archive below one folder; for {@link ModelVersion#files()} and {@link ModelExport#files()}. */
    public void tar(String folder, List<WorkerSpec.Input> files, OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        for (WorkerSpec.Input file : files) {
            tar.add(folder + "/" + file.path(), blobs.path(file.sha256()));
        }
        tar.finish();
    }

    /** Bytes that {@link #tar} writes. */
    public long tarBytes(String folder, List<WorkerSpec.Input> files) {
        return files.stream()
                        .mapToLong(file -> TarWriter.bytes(folder + "/" + file.path(), file.size()))
                        .sum()
                + TarWriter.endBytes();
    }

    @Override
    public boolean attends(String owner) {
        return owner.startsWith(ModelExport.OWNER);
    }

    @Override
    public void said(Handle handle, Worker worker, long sequence, JsonNode event) {
        // All that matters of a merge is how it ends, and the status tells.
    }

    @Override
    public void changed(Handle handle, Worker worker) {
        store.find(handle, worker.owner().substring(ModelExport.OWNER.length()))
                .ifPresent(row -> look(handle, row, worker));
    }

    /** Places what waits and looks at what runs. */
    @Scheduled(every = "5s", delayed = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void step() {
        for (ModelExport row : database.read(store::open)) {
            database.run(h -> {
                if (row.worker() == null) {
                    place(h, row);
                } else {
                    Optional<Worker> worker = workers.find(h, row.worker()).filter(found -> !found.released());
                    if (worker.isEmpty()) {
                        store.waits(h, row.id(), null, clock.millis());
                    } else {
                        look(h, row, worker.get());
                    }
                }
            });
        }
        database.run(h -> store.forgetBefore(h, clock.millis() - KEPT.toMillis()));
    }

    private void place(Handle handle, ModelExport row) {
        ModelVersion adapter;
        ModelVersion base;
        try {
            adapter = registry.version(handle, row.version());
            base = registry.version(handle, adapter.base());
        } catch (Problem e) {
            store.failed(handle, row.id(), e.sentence().toString(), clock.millis());
            return;
        }
        List<WorkerSpec.Input> inputs = new ArrayList<>(registry.inputs(base, "base"));
        inputs.addAll(registry.inputs(adapter, "adapter"));
        long weights = base.parameters() == null ? 2 * base.sizeBytes() : 4 * base.parameters();
        WorkerRequest request = new WorkerRequest(
                ModelExport.OWNER + row.id(),
                WorkerKind.MERGE,
                Json.sparse(new MergeJob(row.id(), "base", "adapter", "out", null)),
                inputs,
                List.of("out"),
                2 * weights + (512L << 20),
                WorkerSpec.Restart.JOB,
                Set.of(),
                Set.of(),
                Set.of());
        switch (workers.place(handle, request)) {
            case Workers.Placement.Placed placed ->
                store.placed(handle, row.id(), placed.worker().id(), clock.millis());
            case Workers.Placement.Later later ->
                store.waits(handle, row.id(), later.reason().toString(), clock.millis());
            case Workers.Placement.Never never ->
                store.failed(handle, row.id(), never.reason().toString(), clock.millis());
        }
    }

    private void look(Handle handle, ModelExport row, Worker worker) {
        if (row.state() != ModelExport.State.RUNNING || !worker.id().equals(row.worker())) {
            return;
        }
        if (worker.state() == WorkerStatus.State.DONE && worker.status().outputs() != null) {
            List<WorkerSpec.Input> files = worker.status().outputs().stream()
                    .filter(file -> file.path().startsWith("out/"))
                    .map(file -> new WorkerSpec.Input(file.path().substring(4), file.sha256(), file.size()))
                    .toList();
            store.ready(handle, row.id(), files, clock.millis());
            workers.release(handle, worker.id());
        } else if (worker.state() == WorkerStatus.State.FAILED) {
            store.failed(handle, row.id(), String.valueOf(worker.status().reason()), clock.millis());
            workers.release(handle, worker.id());
        } else {
            return;
        }
        handle.afterCommit(() -> news.publish(News.Topic.MODELS, row.version()));
    }

    @Override
    public void tell(Handle handle, Consumer<String> hashes) {
        store.all(handle).forEach(row -> row.files().forEach(file -> hashes.accept(file.sha256())));
    }
}
