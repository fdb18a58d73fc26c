package io.hearth.ui.datasets;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.blobs.BlobUser;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Datasets and their versions: found, described, deleted. */
@ApplicationScoped
public class DatasetCatalog implements Datasets, BlobUser {
    private static final int LONGEST_NOTES = 4000;
    private static final int MOST_TAGS = 20;

    /** A dataset with its versions, the newest first. */
    public record Listed(Dataset dataset, List<DatasetVersion> versions) {}

    /** A version and how it came to be. */
    public record Detailed(DatasetVersion version, VersionFacts facts) {}

    private final Database database;
    private final DatasetStore store;
    private final BlobStore blobs;
    private final AuditLog audit;
    private final News news;
    private final List<Dependant> dependants;

    public DatasetCatalog(
            Database database,
            DatasetStore store,
            BlobStore blobs,
            AuditLog audit,
            News news,
            @All List<Dependant> dependants) {
        this.database = database;
        this.store = store;
        this.blobs = blobs;
        this.audit = audit;
        this.news = news;
        this.dependants = dependants;
    }

    @Override
    public DatasetVersion version(Handle handle, String reference) {
        String text = reference == null ? "" : reference.strip();
        if (text.startsWith("dv-")) {
            return store.versionById(handle, text).orElseThrow(() -> unknown(text));
        }
        int colon = text.lastIndexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        Dataset dataset = store.byName(handle, name).orElseThrow(() -> unknown(text));
        List<DatasetVersion> versions = store.versions(handle, dataset.id());
        return versions.stream()
                .filter(version ->
                        colon < 0 || Integer.toString(version.version()).equals(text.substring(colon + 1)))
                .findFirst()
                .orElseThrow(() -> unknown(text));
    }

    private static Problem unknown(String reference) {
        return Problem.notFound("datasets.version.unknown", reference);
    }

    @Override
    public List<DatasetVersion> newest(Handle handle, int limit) {
        return store.newest(handle, limit);
    }

    /** Datasets whose name or tags have a text, the newest first. */
    public Paged<Listed> list(Actor actor, String search, long offset, int limit) {
        actor.needs(Role.VIEWER);
        return database.read(h -> new Paged<>(
                store.datasets(h, search, offset, limit).stream()
                        .map(dataset -> new Listed(dataset, store.versions(h, dataset.id())))
                        .toList(),
                store.count(h, search),
                offset));
    }

    /** A dataset by id or name. */
    public Listed get(Actor actor, String reference) {
        actor.needs(Role.VIEWER);
        return database.read(h -> {
            Dataset dataset = dataset(h, reference);
            return new Listed(dataset, store.versions(h, dataset.id()));
        });
    }

    private Dataset dataset(Handle handle, String reference) {
        return store.byId(handle, reference)
                .or(() -> store.byName(handle, reference))
                .orElseThrow(() -> Problem.notFound("datasets.unknown", reference));
    }

    /** A version and how it came to be. */
    public Detailed version(Actor actor, String reference) {
        actor.needs(Role.VIEWER);
        return database.read(h -> {
            DatasetVersion version = version(h, reference);
            return new Detailed(version, store.facts(h, version.id()));
        });
    }

    /** Changes what people say about a dataset. */
    public Listed describe(Actor actor, String reference, String notes, List<String> tags) {
        actor.needs(Role.ENGINEER);
        List<String> clean = tags.stream()
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .distinct()
                .toList();
        if (notes.length() > LONGEST_NOTES
                || clean.size() > MOST_TAGS
                || clean.stream().anyMatch(tag -> tag.length() > 40)) {
            throw Problem.invalid("datasets.describe", LONGEST_NOTES, MOST_TAGS);
        }
        String id = database.write(h -> {
            Dataset dataset = dataset(h, reference);
            store.describe(h, dataset.id(), notes, clean);
            audit.record(h, actor, "dataset.describe", dataset.id(), Map.of("name", dataset.name(), "tags", clean));
            return dataset.id();
        });
        news.publish(News.Topic.DATASETS, id);
        return get(actor, id);
    }

    /** Who needs a version, one sentence each. */
    public List<Sentence> needing(Actor actor, String version) {
        actor.needs(Role.VIEWER);
        return database.read(h -> needing(h, version));
    }

    private List<Sentence> needing(Handle handle, String version) {
        List<Sentence> all = new ArrayList<>();
        dependants.forEach(dependant -> all.addAll(dependant.needing(handle, version)));
        return all;
    }

    /**
     * Deletes a version.
     *
     * @throws Problem if something needs it
     */
    public void deleteVersion(Actor actor, String id) {
        actor.needs(Role.ENGINEER);
        database.run(h -> {
            DatasetVersion version = version(h, id);
            delete(h, actor, version);
        });
        news.publish(News.Topic.DATASETS, id);
    }

    /**
     * Deletes a dataset with all its versions.
     *
     * @throws Problem if something needs one of them
     */
    public void delete(Actor actor, String reference) {
        actor.needs(Role.ENGINEER);
        database.run(h -> {
            Dataset dataset = dataset(h, reference);
            store.versions(h, dataset.id()).forEach(version -> delete(h, actor, version));
            store.deleteDataset(h, dataset.id());
            audit.record(h, actor, "dataset.delete", dataset.id(), Map.of("name", dataset.name()));
        });
        news.publish(News.Topic.DATASETS, reference);
    }

    private void delete(Handle handle, Actor actor, DatasetVersion version) {
        List<Sentence> needing = needing(handle, version.id());
        if (!needing.isEmpty()) {
            throw Problem.conflict(
                    "datasets.version.needed",
                    version.name() + ":" + version.version(),
                    needing.stream().limit(5).map(Sentence::toString).collect(Collectors.joining(" ")));
        }
        store.deleteVersion(handle, version.id());
        audit.record(
                handle,
                actor,
                "dataset.version-delete",
                version.id(),
                Map.of("name", version.name(), "version", version.version(), "hash", version.hash()));
    }

    /** The files of a version: training rows, and held-out rows if it has any. */
    List<Path> files(DatasetVersion version) {
        List<Path> files = new ArrayList<>(List.of(blobs.path(version.trainBlob())));
        if (version.evaluationBlob() != null) {
            files.add(blobs.path(version.evaluationBlob()));
        }
        return files;
    }

    @Override
    public void tell(Handle handle, Consumer<String> hashes) {
        store.blobs(handle).forEach(hashes);
    }
}
