package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.blobs.BlobUser;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/** The registry on the database. Every method works in the caller's transaction, so the caller publishes the news of it. */
@ApplicationScoped
public class ModelRegistry implements Models, BlobUser {
    private final ModelStore store;
    private final AuditLog audit;
    private final Clock clock;
    private final TextFiles textFiles;

    public ModelRegistry(ModelStore store, BlobStore blobs, AuditLog audit, Clock clock, HearthHome home) {
        this.store = store;
        this.audit = audit;
        this.clock = clock;
        this.textFiles = new TextFiles(blobs, home.folder("models/text"));
    }

    @Override
    public ModelVersion version(Handle handle, String reference) {
        return find(handle, reference).orElseThrow(() -> Problem.notFound("models.version.none", reference));
    }

    @Override
    public List<String> references(Handle handle) {
        List<ModelVersion> versions = store.all(handle);
        List<String> references = new java.util.ArrayList<>();
        versions.stream()
                .map(ModelVersion::model)
                .distinct()
                .forEach(model ->
                        store.aliases(handle, model).forEach(alias -> references.add(model + "@" + alias.alias())));
        versions.reversed().forEach(version -> references.add(version.model() + ":" + version.version()));
        return references;
    }

    private Optional<ModelVersion> find(Handle handle, String reference) {
        if (reference.startsWith("mv-")) {
            return store.byId(handle, reference);
        }
        int at = reference.indexOf('@');
        if (at > 0) {
            return store.byAlias(handle, reference.substring(0, at), reference.substring(at + 1));
        }
        int colon = reference.indexOf(':');
        if (colon < 0) {
            return store.newest(handle, reference);
        }
        String number = reference.substring(colon + 1);
        return number.matches("[1-9][0-9]{0,8}")
                ? store.byNumber(handle, reference.substring(0, colon), Integer.parseInt(number))
                : Optional.empty();
    }

    @Override
    public void tell(Handle handle, Consumer<String> hashes) {
        store.all(handle).forEach(version -> version.files().forEach(file -> hashes.accept(file.sha256())));
    }

    @Override
    public List<WorkerSpec.Input> inputs(ModelVersion version, String folder) {
        return version.files().stream()
                .map(file -> new WorkerSpec.Input(folder + "/" + file.path(), file.sha256(), file.size()))
                .toList();
    }

    @Override
    public Path textFiles(ModelVersion base) {
        return textFiles.of(base);
    }

    @Override
    public ModelVersion register(
            Handle handle,
            Actor actor,
            String model,
            ModelVersion.Kind kind,
            String base,
            String job,
            List<WorkerSpec.Input> files,
            Map<String, ?> lineage) {
        actor.needs(Role.ENGINEER);
        Optional<ModelVersion> known = job == null ? Optional.empty() : store.byJob(handle, job);
        if (known.isPresent()) {
            return known.get();
        }
        ModelVersion origin = base == null ? null : version(handle, base);
        return add(
                handle,
                actor,
                new NewVersion(
                        model,
                        kind,
                        kind == ModelVersion.Kind.ADAPTER ? base : null,
                        job,
                        files,
                        origin == null ? null : origin.parameters(),
                        origin == null ? null : origin.contextLength(),
                        lineage));
    }

    /** A version that is to be. */
    record NewVersion(
            String model,
            ModelVersion.Kind kind,
            String base,
            String job,
            List<WorkerSpec.Input> files,
            Long parameters,
            Integer contextLength,
            Map<String, ?> lineage) {}

    /** Adds a version, and its model if that is new. */
    ModelVersion add(Handle handle, Actor actor, NewVersion wanted) {
        String model = ModelNames.checked(wanted.model());
        if (wanted.kind() == ModelVersion.Kind.ADAPTER && wanted.base() == null) {
            throw new IllegalArgumentException("an adapter without a base");
        }
        long now = clock.millis();
        List<WorkerSpec.Input> sorted = wanted.files().stream()
                .sorted(Comparator.comparing(WorkerSpec.Input::path))
                .toList();
        store.ensureModel(handle, model, actor.id(), now);
        ModelVersion version = new ModelVersion(
                Ids.next("mv"),
                model,
                store.nextNumber(handle, model),
                wanted.kind(),
                wanted.base(),
                ContentHash.of(sorted),
                sorted,
                sorted.stream().mapToLong(WorkerSpec.Input::size).sum(),
                wanted.parameters(),
                wanted.contextLength(),
                wanted.job(),
                now);
        store.insert(handle, version, wanted.lineage(), actor.id());
        Map<String, Object> details = new TreeMap<>();
        details.put("model", model);
        details.put("version", version.version());
        details.put("kind", version.kind().name());
        details.put("hash", version.hash());
        if (version.job() != null) {
            details.put("job", version.job());
        }
        audit.record(handle, actor, "model.register", version.id(), details);
        return version;
    }

    @Override
    public void alias(Handle handle, Actor actor, String model, String alias, String version) {
        actor.needs(Role.ENGINEER);
        ModelVersion target = version(handle, version);
        if (!target.model().equals(model)) {
            throw Problem.invalid("models.alias.other", target.model(), model);
        }
        String name = ModelNames.alias(alias);
        String before = store.byAlias(handle, model, name).map(ModelVersion::id).orElse("");
        store.setAlias(handle, model, name, target.id(), actor.id(), clock.millis());
        audit.record(
                handle,
                actor,
                "model.alias",
                target.id(),
                Map.of("model", model, "alias", name, "version", target.version(), "before", before));
    }
}
