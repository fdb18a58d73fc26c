package io.hearth.ui.models;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What people do with models: look, describe, point aliases, delete. */
@ApplicationScoped
public class ModelService {
    private static final int MOST_TAGS = 20;
    private static final int LONGEST_NOTES = 4000;

    private final Database database;
    private final ModelStore store;
    private final ModelRegistry registry;
    private final List<Models.Dependant> dependants;
    private final List<AliasGate> gates;
    private final AuditLog audit;
    private final News news;

    public ModelService(
            Database database,
            ModelStore store,
            ModelRegistry registry,
            @All List<Models.Dependant> dependants,
            @All List<AliasGate> gates,
            AuditLog audit,
            News news) {
        this.database = database;
        this.store = store;
        this.registry = registry;
        this.dependants = dependants;
        this.gates = gates;
        this.audit = audit;
        this.news = news;
    }

    /** Models by name, each with its versions. */
    public Paged<ModelDetail> list(Actor actor, long offset, int limit) {
        actor.needs(Role.VIEWER);
        return database.read(h -> new Paged<>(
                store.models(h, offset, limit).stream()
                        .map(model -> detail(h, model))
                        .toList(),
                store.modelCount(h),
                offset));
    }

    /** A model with its versions. */
    public ModelDetail get(Actor actor, String name) {
        actor.needs(Role.VIEWER);
        return database.read(h -> detail(h, existing(h, name)));
    }

    /** A version by any kind of reference. */
    public ModelVersion version(Actor actor, String reference) {
        actor.needs(Role.VIEWER);
        return database.read(h -> registry.version(h, reference));
    }

    /** Whole models, the newest first: what adapters can be made for. */
    public List<ModelVersion> bases(Actor actor) {
        actor.needs(Role.VIEWER);
        return database.read(h -> store.ofKind(h, ModelVersion.Kind.BASE));
    }

    /** What a version was made of, as it was written down when it was made. */
    public JsonNode madeOf(Actor actor, String version) {
        actor.needs(Role.VIEWER);
        return database.read(h ->
                Json.read(store.lineage(h, existingVersion(h, version).id()).orElse("{}"), JsonNode.class));
    }

    /** Changes notes and tags; null leaves them as they are. */
    public ModelDetail describe(Actor actor, String name, String notes, List<String> tags) {
        actor.needs(Role.ENGINEER);
        if (notes != null && notes.length() > LONGEST_NOTES) {
            throw Problem.invalid("models.notes.long", LONGEST_NOTES);
        }
        List<String> plain = tags == null
                ? null
                : tags.stream()
                        .map(String::strip)
                        .filter(tag -> !tag.isEmpty())
                        .distinct()
                        .toList();
        if (plain != null && (plain.size() > MOST_TAGS || plain.stream().anyMatch(tag -> tag.length() > 40))) {
            throw Problem.invalid("models.tags", MOST_TAGS);
        }
        database.run(h -> {
            Model model = existing(h, name);
            store.describe(h, name, notes == null ? model.notes() : notes, plain == null ? model.tags() : plain);
            audit.record(h, actor, "model.describe", name, Map.of("tags", plain == null ? model.tags() : plain));
        });
        news.publish(News.Topic.MODELS, name);
        return get(actor, name);
    }

    /**
     * Points an alias to a version.
     *
     * @param reason why, if a feature objects to it
     */
    public void alias(Actor actor, String model, String alias, String version, String reason) {
        actor.needs(Role.ENGINEER);
        database.run(h -> {
            ModelVersion target = registry.version(h, version);
            Optional<Sentence> objection = gates.stream()
                    .map(gate -> gate.objection(h, target.id()))
                    .flatMap(Optional::stream)
                    .findFirst();
            String given = AliasGate.reason(objection, reason);
            registry.alias(h, actor, model, alias, target.id());
            if (!given.isEmpty()) {
                audit.record(h, actor, "model.alias.override", target.id(), Map.of("alias", alias, "reason", given));
            }
        });
        news.publish(News.Topic.MODELS, model);
    }

    /** Takes an alias away. */
    public void removeAlias(Actor actor, String model, String alias) {
        actor.needs(Role.ENGINEER);
        String name = ModelNames.alias(alias);
        database.run(h -> {
            existing(h, model);
            if (store.removeAlias(h, model, name)) {
                audit.record(h, actor, "model.alias.remove", model, Map.of("alias", name));
            }
        });
        news.publish(News.Topic.MODELS, model);
    }

    /** By what a version is needed, a sentence each; empty if it can be deleted. */
    public List<Sentence> needing(Actor actor, String version) {
        actor.needs(Role.VIEWER);
        return database.read(h -> needing(h, existingVersion(h, version)));
    }

    /**
     * Deletes a version, and its model if it was the last one. Its blobs go when nothing else names them.
     *
     * @throws Problem that names everything that depends on it
     */
    public void delete(Actor actor, String version) {
        actor.needs(Role.ENGINEER);
        ModelVersion gone = database.write(h -> {
            ModelVersion found = existingVersion(h, version);
            List<Sentence> needing = needing(h, found);
            if (!needing.isEmpty()) {
                throw Problem.conflict("models.delete.needed", joined(needing));
            }
            store.delete(h, found.id());
            if (store.versions(h, found.model()).isEmpty()) {
                store.deleteModel(h, found.model());
            }
            audit.record(
                    h,
                    actor,
                    "model.delete",
                    found.id(),
                    Map.of("model", found.model(), "version", found.version(), "hash", found.hash()));
            return found;
        });
        news.publish(News.Topic.MODELS, gone.model());
    }

    /** The drawing of what a version was made of and what was made of it. */
    public LineageDrawing lineage(Actor actor, String version) {
        actor.needs(Role.VIEWER);
        return database.read(h -> new LineageBuilder(h, store, dependants).draw(existingVersion(h, version)));
    }

    private List<Sentence> needing(Handle handle, ModelVersion version) {
        List<Sentence> needing = new ArrayList<>();
        for (Alias alias : store.aliases(handle, version.model())) {
            if (alias.version().equals(version.id())) {
                needing.add(Sentence.of("models.needed.alias", version.model(), alias.alias()));
            }
        }
        for (ModelVersion adapter : store.adaptersOf(handle, version.id())) {
            needing.add(Sentence.of("models.needed.adapter", adapter.model(), adapter.version()));
        }
        dependants.forEach(dependant -> needing.addAll(dependant.needing(handle, version.id())));
        return needing;
    }

    private static Sentence joined(List<Sentence> all) {
        Sentence text = all.getFirst();
        for (Sentence next : all.subList(1, all.size())) {
            text = Sentence.of("models.and", text, next);
        }
        return text;
    }

    private ModelDetail detail(Handle handle, Model model) {
        return new ModelDetail(model, store.versions(handle, model.name()), store.aliases(handle, model.name()));
    }

    private Model existing(Handle handle, String name) {
        return store.model(handle, name).orElseThrow(() -> Problem.notFound("models.none", name));
    }

    private ModelVersion existingVersion(Handle handle, String version) {
        return registry.version(handle, version);
    }
}
