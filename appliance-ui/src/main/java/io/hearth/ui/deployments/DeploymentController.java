package io.hearth.ui.deployments;

import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.deployments.Deployment.Desired;
import io.hearth.ui.deployments.NextSteps.Step;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.Workers;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Makes deployments be as they should. Inputs: the rows of deployments, and the workers of all nodes. Outputs: workers placed and
 * released, and the {@link RouteTable}. One loop on one thread; it looks whenever something has changed, and every second.
 */
@ApplicationScoped
public class DeploymentController {
    private static final System.Logger LOG = System.getLogger(DeploymentController.class.getName());
    private static final int LOOK_MILLIS = 1000;
    private static final int MOST_ROUNDS = 10;

    private final Database database;
    private final News news;
    private final Clock clock;
    private final Workers workers;
    private final RouteTable routes;
    private final ServeTask tasks;
    private final DeploymentStore store = new DeploymentStore();
    private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();
    private final Map<String, Observed> seen = new ConcurrentHashMap<>();
    private final Semaphore wake = new Semaphore(0);
    private final List<News.Subscription> subscriptions = new ArrayList<>();
    private volatile boolean stopped;

    private record Refusal(Sentence reason, boolean never) {}

    public DeploymentController(
            Database database, News news, Clock clock, Workers workers, Models models, RouteTable routes) {
        this.database = database;
        this.news = news;
        this.clock = clock;
        this.workers = workers;
        this.routes = routes;
        this.tasks = new ServeTask(models);
    }

    void start(@Observes StartupEvent event) {
        begin();
        for (News.Topic topic : List.of(News.Topic.WORKERS, News.Topic.NODES, News.Topic.DEPLOYMENTS)) {
            subscriptions.add(news.subscribe(topic, id -> wake.release()));
        }
        Thread.ofVirtual().name("deployments").start(this::loop);
    }

    /** What is done once at start: nodes have not been away for longer than the control plane was. */
    void begin() {
        database.run(handle -> store.awaySince(handle, clock.millis()));
        reconcile();
    }

    @PreDestroy
    void stop() {
        stopped = true;
        subscriptions.forEach(News.Subscription::close);
        wake.release();
    }

    private void loop() {
        while (!stopped) {
            try {
                wake.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                wake.drainPermits();
                if (!stopped) {
                    reconcile();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "Deployments could not be looked after; tried again in a moment", e);
            }
        }
    }

    /** Takes every next step there is now. */
    synchronized void reconcile() {
        List<Deployment> all = database.read(store::all);
        for (Deployment deployment : all) {
            try {
                advance(deployment.id());
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "The deployment " + deployment.id() + " could not be looked after",
                        e);
            }
        }
        refreshRoutes();
    }

    private void advance(String id) {
        for (int round = 0; round < MOST_ROUNDS; round++) {
            boolean idle = database.read(handle -> store.find(handle, id)
                    .map(deployment ->
                            NextSteps.of(situation(handle, deployment)).isEmpty())
                    .orElse(true));
            if (idle || !database.write(handle -> steps(handle, id))) {
                return;
            }
        }
    }

    /** Takes the next steps of a deployment; returns whether there may be more. */
    private boolean steps(Handle handle, String id) {
        Deployment deployment = store.find(handle, id).orElse(null);
        if (deployment == null) {
            return false;
        }
        Situation situation = situation(handle, deployment);
        boolean more = false;
        for (Step step : NextSteps.of(situation)) {
            switch (step) {
                case Step.Place place -> {
                    if (!place(handle, situation)) {
                        return more;
                    }
                }
                case Step.Drain drain -> store.drain(handle, drain.worker(), situation.now());
                case Step.Release release -> {
                    workers.release(handle, release.worker());
                    store.removeReplica(handle, release.worker());
                    handle.afterCommit(() -> routes.forget(release.worker()));
                    happened(handle, situation, "deployments.event.released", release.worker());
                }
                case Step.Forget forget -> {
                    store.removeReplica(handle, forget.worker());
                    handle.afterCommit(() -> routes.forget(forget.worker()));
                    happened(handle, situation, "deployments.event.gone", forget.worker());
                }
                case Step.Away away -> store.away(handle, away.worker(), away.since());
                case Step.Bury bury -> {
                    store.bury(handle, id, situation.now());
                    refusals.remove(id);
                    handle.afterCommit(() -> news.publish(News.Topic.DEPLOYMENTS, id));
                    return false;
                }
            }
            more = true;
        }
        return more;
    }

    private boolean place(Handle handle, Situation situation) {
        Deployment deployment = situation.deployment();
        Revision revision =
                store.revision(handle, deployment.id(), deployment.revision()).orElseThrow();
        // Asked anew: a replica may have been placed a moment ago in this very transaction.
        Set<String> taken = workers.of(handle, deployment.owner()).stream()
                .map(Worker::nodeId)
                .collect(Collectors.toSet());
        Workers.Placement placement;
        try {
            placement = workers.place(handle, tasks.request(handle, deployment, revision, taken));
        } catch (Problem e) {
            placement = new Workers.Placement.Never(e.sentence());
        }
        switch (placement) {
            case Workers.Placement.Placed placed -> {
                refusals.remove(deployment.id());
                store.addReplica(handle, deployment.id(), placed.worker().id(), deployment.revision(), situation.now());
                happened(
                        handle,
                        situation,
                        "deployments.event.placed",
                        placed.worker().id(),
                        revision.number());
                return true;
            }
            case Workers.Placement.Later later -> refused(handle, situation, later.reason(), false);
            case Workers.Placement.Never never -> refused(handle, situation, never.reason(), true);
        }
        return false;
    }

    private void refused(Handle handle, Situation situation, Sentence reason, boolean never) {
        refusals.put(situation.deployment().id(), new Refusal(reason, never));
        NextSteps.makesRoom(situation).ifPresent(part -> store.drain(handle, part.id(), situation.now()));
    }

    private void happened(Handle handle, Situation situation, String key, Object... arguments) {
        store.happened(handle, situation.deployment().id(), situation.now(), key, arguments);
        handle.afterCommit(() ->
                news.publish(News.Topic.DEPLOYMENTS, situation.deployment().id()));
    }

    /** A deployment and its workers as they are. */
    Situation situation(Handle handle, Deployment deployment) {
        Map<String, Worker> known =
                workers.of(handle, deployment.owner()).stream().collect(Collectors.toMap(Worker::id, worker -> worker));
        List<Part> parts = store.replicas(handle, deployment.id()).stream()
                .map(row -> new Part(
                        row.worker(),
                        row.revision(),
                        row.created(),
                        row.draining(),
                        row.unreachable(),
                        row.complaint(),
                        known.get(row.worker()),
                        routes.running(row.worker())))
                .toList();
        return new Situation(deployment, parts, clock.millis());
    }

    /** How a deployment is. */
    Observed observe(Situation situation) {
        boolean missing = situation.current().stream().filter(Part::reachable).count()
                < situation.deployment().replicas();
        Refusal refusal = missing ? refusals.get(situation.deployment().id()) : null;
        return Observed.of(situation, refusal == null ? null : refusal.reason(), refusal != null && refusal.never());
    }

    private void refreshRoutes() {
        Map<String, RouteTable.Found> found = new LinkedHashMap<>();
        Map<String, Observed> now = new LinkedHashMap<>();
        database.read(handle -> {
            for (Deployment deployment : store.all(handle)) {
                Situation situation = situation(handle, deployment);
                Observed observed = observe(situation);
                now.put(deployment.id(), observed);
                if (deployment.desired() != Desired.DELETED) {
                    Map<String, String> nodes = new LinkedHashMap<>();
                    situation
                            .serving()
                            .forEach(part -> nodes.put(part.id(), part.worker().nodeId()));
                    found.put(
                            deployment.name(),
                            new RouteTable.Found(
                                    deployment.id(),
                                    deployment.name(),
                                    deployment.created(),
                                    nodes,
                                    nodes.isEmpty() ? observed.sentence() : null));
                }
            }
            return null;
        });
        routes.replace(found.values());
        refusals.keySet().retainAll(now.keySet());
        now.forEach((id, observed) -> {
            if (!observed.equals(seen.put(id, observed))) {
                news.publish(News.Topic.DEPLOYMENTS, id);
            }
        });
        seen.keySet().retainAll(now.keySet());
    }
}
