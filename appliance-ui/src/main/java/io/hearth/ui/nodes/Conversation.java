package io.hearth.ui.nodes;

import io.hearth.protocol.FromNode;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.LogText;
import io.hearth.ui.core.News;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * What the control plane does with a node's messages, and what it says to it. A message that makes no sense is passed over with a
 * line in the log; a fault of ours closes the link, and the node begins anew with all that it has to say.
 */
@ApplicationScoped
public class Conversation {
    private static final System.Logger LOG = System.getLogger(Conversation.class.getName());

    /** The look for silent links comes every second; this much later, something has held it up. */
    private static final long LATE_MILLIS = 5_000;

    private final Database database;
    private final Links links;
    private final EventIntake events;
    private final Changes changes;
    private final Telemetry telemetry;
    private final WorkerService service;
    private final NodeBlobs blobs;
    private final News news;
    private final Clock clock;
    private final NodeStore nodes;
    private final WorkerStore workers;
    private final CardIncidentStore incidents = new CardIncidentStore();
    private long lastLook;

    public Conversation(
            Database database,
            Links links,
            EventIntake events,
            Changes changes,
            Telemetry telemetry,
            WorkerService service,
            NodeBlobs blobs,
            News news,
            Clock clock) {
        this.database = database;
        this.links = links;
        this.events = events;
        this.changes = changes;
        this.telemetry = telemetry;
        this.service = service;
        this.blobs = blobs;
        this.news = news;
        this.clock = clock;
        this.nodes = new NodeStore(links::up);
        this.workers = new WorkerStore(links::up);
    }

    /** Begins to listen to a link whose other side has proven which node it is. */
    void begin(Link link) {
        link.start(text -> hear(link, text), () -> assign(link));
    }

    /** A link has ended, from whichever side. */
    void ended(Link link) {
        link.ended();
        if (links.detach(link)) {
            LOG.log(System.Logger.Level.INFO, "Node {0} is offline.", link.nodeId());
            database.run(h -> {
                nodes.seen(h, link.nodeId(), link.heard());
                workers.untell(h, link.nodeId());
            });
            telemetry.silent(link.nodeId());
            news.publish(News.Topic.NODES, link.nodeId());
            changes.soon();
        }
    }

    /**
     * Closes links of which nothing was heard for too long. If this comes late, the whole process was held up, and what the
     * nodes have said meanwhile may still be waiting to be heard: then nothing is judged this time.
     */
    synchronized void dropSilent() {
        long now = clock.millis();
        boolean late = now - lastLook > LATE_MILLIS;
        lastLook = now;
        if (late) {
            return;
        }
        for (Link link : links.silent()) {
            link.close();
            ended(link);
        }
    }

    private void hear(Link link, String text) {
        links.alone(link.nodeId(), () -> {
            if (link.closed()) {
                return;
            }
            try {
                answer(link, Protocol.read(text, FromNode.class));
            } catch (IllegalArgumentException e) {
                if (link.complain()) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "A message of node {0} was passed over: {1}",
                            link.nodeId(),
                            LogText.safe(e.getMessage()));
                }
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "A message of node " + link.nodeId() + " could not be handled; its link is closed, and it will"
                                + " say everything again",
                        e);
                link.close();
                ended(link);
            }
        });
    }

    private void answer(Link link, FromNode message) {
        if (message instanceof FromNode.Hello hello) {
            greet(link, hello);
            return;
        }
        if (link.hello() == null) {
            throw new IllegalArgumentException("It came before the greeting.");
        }
        switch (message) {
            case FromNode.Hello hello -> greet(link, hello);
            case FromNode.Telemetry sample -> {
                boolean otherFindings = telemetry.take(link.nodeId(), Messages.checked(sample));
                news.publish(News.Topic.TELEMETRY, link.nodeId());
                if (otherFindings) {
                    news.publish(News.Topic.NODES, link.nodeId());
                }
            }
            case FromNode.Cards said -> take(link.nodeId(), Messages.checked(said));
            case FromNode.Workers said -> {
                List<WorkerStatus> statuses = Messages.checked(said.workers());
                if (database.write(h -> note(h, link.nodeId(), statuses))) {
                    changes.soon();
                }
            }
            case FromNode.Events said -> events.take(link.nodeId(), Messages.checked(said));
            case FromNode.LogText said -> link.answer(said);
            case FromNode.Gone said -> {
                database.run(h -> Messages.present(said.workers()).forEach(worker -> gone(h, link.nodeId(), worker)));
                news.publish(News.Topic.WORKERS, "");
            }
        }
    }

    /** Cards may take work now that they did not take before, or not any more. */
    private void take(String node, FromNode.Cards said) {
        database.run(h -> {
            nodes.cards(h, node, said.cards());
            incidents.put(h, node, said.incidents());
            service.grant(h);
        });
        news.publish(News.Topic.NODES, node);
        changes.soon();
    }

    private void greet(Link link, FromNode.Hello hello) {
        if (hello.protocol() != Protocol.VERSION) {
            goodbye(
                    link,
                    "This control plane speaks version " + Protocol.VERSION
                            + " of the link and the agent speaks version " + hello.protocol()
                            + ". Install the same release on both.");
            return;
        }
        Messages.check(hello);
        String node = link.nodeId();
        String servingHost = hello.servingHost() == null ? link.remoteHost() : hello.servingHost();
        Optional<Node> found = database.write(h -> {
            if (!nodes.welcome(h, node)) {
                return Optional.<Node>empty();
            }
            nodes.greeted(
                    h,
                    node,
                    hello.software(),
                    hello.host(),
                    hello.cards(),
                    servingHost,
                    hello.servingPort(),
                    clock.millis());
            note(h, node, hello.workers());
            Set<String> there = hello.workers().stream().map(WorkerStatus::id).collect(Collectors.toSet());
            workers.ofNode(h, node).stream()
                    .map(Worker::id)
                    .filter(worker -> !there.contains(worker))
                    .forEach(worker -> gone(h, node, worker));
            workers.untell(h, node);
            return nodes.find(h, node);
        });
        if (found.isEmpty()) {
            goodbye(link, true, "This node was revoked. It needs a new join code.");
            return;
        }
        link.greeted(hello);
        links.attach(link);
        LOG.log(System.Logger.Level.INFO, "Node {0} is online.", node);
        link.send(new ToNode.Welcome(node, found.get().name()));
        for (Worker worker : database.read(h -> workers.ofNode(h, node))) {
            link.send(new ToNode.EventsStored(worker.id(), worker.lastEvent()));
        }
        link.push();
        news.publish(News.Topic.NODES, node);
        changes.soon();
    }

    /** Closes the link of a node that was revoked. */
    void sendAway(String node) {
        links.of(node).ifPresent(link -> {
            goodbye(link, true, "This node was revoked. It needs a new join code.");
            ended(link);
        });
    }

    private void goodbye(Link link, String reason) {
        LOG.log(System.Logger.Level.WARNING, "The link of node {0} is closed: {1}", link.nodeId(), reason);
        goodbye(link, false, reason);
    }

    private static void goodbye(Link link, boolean revoked, String reason) {
        link.send(new ToNode.Goodbye(reason, revoked));
        link.close();
    }

    private void assign(Link link) {
        try {
            List<WorkerSpec> wanted = database.read(h -> workers.ofNode(h, link.nodeId())).stream()
                    .filter(worker -> !worker.released())
                    .map(Worker::spec)
                    .toList();
            link.send(new ToNode.Assignment(wanted));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "Node " + link.nodeId() + " could not be told its workers", e);
            link.close();
        }
    }

    /** Sends the assignment again to nodes that have not done what they were told. */
    void remind() {
        for (Link link : links.all()) {
            boolean behind = database.read(h -> workers.ofNode(h, link.nodeId())).stream()
                    .anyMatch(worker -> worker.released()
                            || worker.status() == null
                            || worker.spec().desired() == WorkerSpec.Desired.RUN
                                    && worker.state() == WorkerStatus.State.PAUSED);
            if (behind) {
                link.push();
            }
        }
    }

    private void gone(Handle handle, String node, String id) {
        workers.find(handle, id)
                .filter(worker -> worker.released() && worker.nodeId().equals(node))
                .ifPresent(worker -> {
                    workers.forget(handle, id);
                    service.grant(handle);
                });
    }

    private boolean note(Handle handle, String node, List<WorkerStatus> statuses) {
        boolean changed = false;
        Map<String, Worker> known = new HashMap<>();
        workers.ofNode(handle, node).forEach(worker -> known.put(worker.id(), worker));
        for (WorkerStatus status : statuses) {
            Worker worker = known.get(status.id());
            if (worker == null || status.equals(worker.status())) {
                continue;
            }
            if (status.state() == WorkerStatus.State.DONE
                    && !status.outputs().stream().allMatch(output -> blobs.sent(node, output.sha256()))) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Node {0} says that worker {1} is done, but has not sent all of its files; passed over.",
                        node,
                        worker.id());
                continue;
            }
            workers.status(handle, status);
            changed = true;
        }
        if (changed) {
            service.grant(handle);
        }
        return changed;
    }
}
