package io.hearth.ui.deployments;

import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.deployments.Deployment.Desired;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/** What people do with deployments. Each call only says what should be; the {@link DeploymentController} makes it so. */
@ApplicationScoped
public class Deployments {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final int MOST_REPLICAS = 64;

    /**
     * A deployment as someone wants it.
     *
     * @param name public name
     * @param model a model version: {@code mv-…}, {@code name}, {@code name:3} or {@code name@prod}
     * @param replicas how many workers
     * @param nodes nodes that it may use; empty: any
     * @param cards cards that it may use, as {@code node/card}; empty: any
     * @param settings how it is served
     */
    public record Wish(
            String name, String model, int replicas, List<String> nodes, List<String> cards, Settings settings) {}

    private record Chosen(ModelVersion version, ModelVersion base, Settings settings, long memoryBytes) {}

    private final Database database;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;
    private final Models models;
    private final Workers workers;
    private final DeploymentController controller;
    private final ServeTask tasks;
    private final DeploymentStore store = new DeploymentStore();

    public Deployments(
            Database database,
            AuditLog audit,
            News news,
            Clock clock,
            Models models,
            Workers workers,
            DeploymentController controller) {
        this.database = database;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
        this.models = models;
        this.workers = workers;
        this.controller = controller;
        this.tasks = new ServeTask(models);
    }

    /** Makes a deployment; it starts at once. Returns its id. */
    public String create(Actor actor, Wish wish) {
        actor.needs(Role.OPERATOR);
        if (wish.name() == null || !NAME.matcher(wish.name()).matches()) {
            throw Problem.invalid("deployments.name.wrong");
        }
        replicas(wish.replicas());
        Chosen chosen = choose(wish.model(), wish.settings() == null ? Settings.DEFAULTS : wish.settings());
        Deployment deployment = new Deployment(
                Ids.next("dep"),
                wish.name(),
                Desired.SERVING,
                1,
                wish.replicas(),
                sorted(wish.nodes()),
                sorted(wish.cards()),
                clock.millis(),
                actor.name());
        database.run(handle -> {
            if (store.named(handle, wish.name()).isPresent()) {
                throw Problem.conflict("deployments.name.taken", wish.name());
            }
            store.insert(handle, deployment);
            Revision revision = revision(1, wish.model(), chosen, null, actor);
            store.insert(handle, deployment.id(), revision);
            store.happened(
                    handle,
                    deployment.id(),
                    clock.millis(),
                    "deployments.event.created",
                    actor.name(),
                    revision.label());
            audit.record(handle, actor, "deployment.create", deployment.id(), details(deployment, revision));
        });
        changed(deployment.id());
        return deployment.id();
    }

    /** Serves another model, or the same with other settings; null settings: those that it has. */
    public void serveModel(Actor actor, String id, String model, Settings settings) {
        actor.needs(Role.OPERATOR);
        Revision present = database.read(handle -> present(handle, existing(handle, id)));
        String reference = model == null || model.isBlank() ? present.reference() : model;
        Chosen chosen = choose(reference, settings == null ? open(present.settings()) : settings);
        change(actor, id, (handle, deployment) -> {
            Revision next = revision(nextNumber(handle, id), reference, chosen, null, actor);
            return revise(handle, actor, deployment, next, "deployment.model", "deployments.event.model");
        });
    }

    /** Returns to a revision, or to the one before if none is named. */
    public void rollback(Actor actor, String id, Integer number) {
        actor.needs(Role.OPERATOR);
        change(actor, id, (handle, deployment) -> {
            Revision present = present(handle, deployment);
            int wanted = number != null ? number : before(present);
            if (wanted == present.number() || wanted < 1) {
                throw Problem.conflict("deployments.rollback.none");
            }
            Revision target = store.revision(handle, id, wanted)
                    .orElseThrow(() -> Problem.notFound("deployments.revision.unknown", wanted));
            // Made sure that it is still there.
            models.version(handle, target.version());
            Revision next = new Revision(
                    nextNumber(handle, id),
                    target.version(),
                    target.version(),
                    target.label(),
                    target.settings(),
                    target.memoryBytes(),
                    target.number(),
                    clock.millis(),
                    actor.name());
            return revise(handle, actor, deployment, next, "deployment.rollback", "deployments.event.rollback");
        });
    }

    /** Changes how many workers there are. */
    public void scale(Actor actor, String id, int replicas) {
        actor.needs(Role.OPERATOR);
        replicas(replicas);
        change(actor, id, (handle, deployment) -> {
            audit.record(handle, actor, "deployment.replicas", id, Map.of("replicas", replicas));
            happened(handle, id, "deployments.event.replicas", actor.name(), replicas);
            return with(deployment, deployment.desired(), deployment.revision(), replicas);
        });
    }

    /** Lets requests that run finish, and gives the cards back. */
    public void drain(Actor actor, String id) {
        desire(actor, id, Desired.DRAINED, "deployment.drain", "deployments.event.drain");
    }

    /** Serves again after a drain. */
    public void serve(Actor actor, String id) {
        desire(actor, id, Desired.SERVING, "deployment.serve", "deployments.event.serve");
    }

    /** Drains and then is gone; its name is free at once. */
    public void delete(Actor actor, String id) {
        desire(actor, id, Desired.DELETED, "deployment.delete", "deployments.event.delete");
    }

    /** Takes workers that have failed for good away, so that others are tried in their place. */
    public void retry(Actor actor, String id) {
        actor.needs(Role.OPERATOR);
        change(actor, id, (handle, deployment) -> {
            controller.situation(handle, deployment).parts().stream()
                    .filter(Part::failed)
                    .forEach(part -> store.drain(handle, part.id(), clock.millis()));
            audit.record(handle, actor, "deployment.retry", id, Map.of("name", deployment.name()));
            happened(handle, id, "deployments.event.retry", actor.name());
            return deployment;
        });
    }

    /** All, by name. */
    public List<DeploymentReport> list(Actor actor) {
        actor.needs(Role.VIEWER);
        return database.read(handle -> store.all(handle).stream()
                .map(deployment -> report(handle, deployment))
                .toList());
    }

    /** One. */
    public DeploymentReport get(Actor actor, String id) {
        actor.needs(Role.VIEWER);
        return database.read(handle -> report(handle, existing(handle, id)));
    }

    /** Its revisions, the newest first. */
    public List<Revision> revisions(Actor actor, String id) {
        actor.needs(Role.VIEWER);
        return database.read(handle -> {
            existing(handle, id);
            return store.revisions(handle, id);
        });
    }

    /** What happened to it last, the newest first. */
    public List<DeploymentReport.Happened> events(Actor actor, String id, int limit) {
        actor.needs(Role.VIEWER);
        return database.read(handle -> {
            existing(handle, id);
            return store.events(handle, id, limit).stream()
                    .map(event -> new DeploymentReport.Happened(event.time(), event.sentence()))
                    .toList();
        });
    }

    /** Part of the log of one of its workers, from an offset; negative: that many bytes before the end. */
    public Workers.LogPart log(Actor actor, String id, String worker, long offset, int maxBytes) {
        actor.needs(Role.VIEWER);
        boolean known = database.read(handle -> store
                .replicas(handle, existing(handle, id).id())
                .stream()
                .anyMatch(row -> row.worker().equals(worker)));
        if (!known) {
            throw Problem.notFound("deployments.replica.unknown", worker);
        }
        return workers.log(worker, offset, maxBytes);
    }

    // ---- How
    // ----------------------------------------------------------------------------------------------------------

    private interface Change {
        Deployment of(Handle handle, Deployment deployment);
    }

    private void change(Actor actor, String id, Change change) {
        database.run(handle -> {
            Deployment deployment = existing(handle, id);
            if (deployment.desired() == Desired.DELETED) {
                throw Problem.conflict("deployments.deleting", deployment.name());
            }
            store.update(handle, change.of(handle, deployment));
        });
        changed(id);
    }

    private void desire(Actor actor, String id, Desired desired, String action, String event) {
        actor.needs(Role.OPERATOR);
        change(actor, id, (handle, deployment) -> {
            audit.record(handle, actor, action, id, Map.of("name", deployment.name()));
            happened(handle, id, event, actor.name());
            return with(deployment, desired, deployment.revision(), deployment.replicas());
        });
    }

    private Deployment revise(
            Handle handle, Actor actor, Deployment deployment, Revision next, String action, String event) {
        store.insert(handle, deployment.id(), next);
        Deployment revised = with(deployment, deployment.desired(), next.number(), deployment.replicas());
        audit.record(handle, actor, action, deployment.id(), details(revised, next));
        happened(handle, deployment.id(), event, actor.name(), next.number(), next.label());
        return revised;
    }

    private void changed(String id) {
        news.publish(News.Topic.DEPLOYMENTS, id);
    }

    private void happened(Handle handle, String id, String key, Object... arguments) {
        store.happened(handle, id, clock.millis(), key, arguments);
    }

    /** Reads files: not within a transaction. */
    private Chosen choose(String reference, Settings settings) {
        if (reference == null || reference.isBlank()) {
            throw Problem.invalid("deployments.model.missing");
        }
        ModelVersion version = database.read(handle -> models.version(handle, reference));
        boolean adapter = version.kind() == ModelVersion.Kind.ADAPTER;
        ModelVersion base = adapter ? database.read(handle -> models.version(handle, version.base())) : version;
        Settings complete = tasks.complete(base, settings);
        return new Chosen(version, base, complete, ServeTask.memoryBytes(base, adapter ? version : null, complete));
    }

    /** Settings that may be worked out anew for another model: the context and the cache follow the model. */
    private static Settings open(Settings settings) {
        return new Settings(null, settings.maxSequences(), null);
    }

    private Revision revision(int number, String reference, Chosen chosen, Integer returnsTo, Actor actor) {
        return new Revision(
                number,
                reference,
                chosen.version().id(),
                label(chosen.version()),
                chosen.settings(),
                chosen.memoryBytes(),
                returnsTo,
                clock.millis(),
                actor.name());
    }

    private static String label(ModelVersion version) {
        return version.model() + ":" + version.version();
    }

    private static int before(Revision present) {
        return present.number() - 1;
    }

    private int nextNumber(Handle handle, String id) {
        return store.revisions(handle, id).getFirst().number() + 1;
    }

    private DeploymentReport report(Handle handle, Deployment deployment) {
        Situation situation = controller.situation(handle, deployment);
        Revision revision = present(handle, deployment);
        return new DeploymentReport(
                deployment,
                revision,
                controller.observe(situation),
                newer(handle, revision),
                situation.parts().stream().map(Deployments::replica).toList());
    }

    private String newer(Handle handle, Revision revision) {
        if (revision.reference().equals(revision.version())) {
            return null;
        }
        try {
            ModelVersion now = models.version(handle, revision.reference());
            return now.id().equals(revision.version()) ? null : label(now);
        } catch (Problem e) {
            // What was referred to is gone; what is served is not.
            return null;
        }
    }

    private static DeploymentReport.Replica replica(Part part) {
        boolean known = part.worker() != null;
        return new DeploymentReport.Replica(
                part.id(),
                known ? part.worker().nodeId() : "",
                known ? part.worker().spec().card() : "",
                part.revision(),
                known ? part.worker().state() : WorkerStatus.State.STOPPING,
                known && part.worker().status() != null ? part.worker().status().attempt() : 0,
                part.reachable(),
                part.draining() != null,
                part.running(),
                part.ready() ? null : part.reason());
    }

    private Deployment existing(Handle handle, String id) {
        return store.find(handle, id).orElseThrow(() -> Problem.notFound("deployments.unknown", id));
    }

    private Revision present(Handle handle, Deployment deployment) {
        return store.revision(handle, deployment.id(), deployment.revision()).orElseThrow();
    }

    private static Deployment with(Deployment deployment, Desired desired, int revision, int replicas) {
        return new Deployment(
                deployment.id(),
                deployment.name(),
                desired,
                revision,
                replicas,
                deployment.nodes(),
                deployment.cards(),
                deployment.created(),
                deployment.createdBy());
    }

    private static void replicas(int replicas) {
        if (replicas < 1 || replicas > MOST_REPLICAS) {
            throw Problem.invalid("deployments.replicas.wrong", MOST_REPLICAS);
        }
    }

    private static List<String> sorted(List<String> texts) {
        return texts == null
                ? List.of()
                : texts.stream().map(String::valueOf).distinct().sorted().toList();
    }

    private static Map<String, Object> details(Deployment deployment, Revision revision) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("name", deployment.name());
        details.put("model", revision.label());
        details.put("version", revision.version());
        details.put("revision", revision.number());
        details.put("replicas", deployment.replicas());
        details.put("settings", Json.sparse(revision.settings()));
        return details;
    }
}
