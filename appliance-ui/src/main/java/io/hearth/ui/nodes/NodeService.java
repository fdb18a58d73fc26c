package io.hearth.ui.nodes;

import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/** The nodes. */
@ApplicationScoped
public class NodeService implements Nodes {
    private final Database database;
    private final Links links;
    private final Conversation conversation;
    private final Changes changes;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;
    private final NodeStore nodes;
    private final WorkerStore workers;
    private final Map<String, Serving> lastServing = new ConcurrentHashMap<>();

    public NodeService(
            Database database,
            Links links,
            Conversation conversation,
            Changes changes,
            AuditLog audit,
            News news,
            Clock clock) {
        this.database = database;
        this.links = links;
        this.conversation = conversation;
        this.changes = changes;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
        this.nodes = new NodeStore(links::up);
        this.workers = new WorkerStore(links::up);
    }

    @Override
    public List<Node> all(Handle handle) {
        return nodes.all(handle);
    }

    @Override
    public Optional<Node> find(Handle handle, String node) {
        return nodes.find(handle, node);
    }

    /**
     * A node.
     *
     * @throws Problem if there is none
     */
    public Node get(Handle handle, String node) {
        return nodes.find(handle, node).orElseThrow(() -> Problem.notFound("nodes.none", node));
    }

    @Override
    public Optional<Serving> serving(String node) {
        links.of(node)
                .filter(link -> link.hello() != null && link.hello().servingPort() > 0)
                .map(link -> new Serving(
                        node,
                        link.hello().servingHost() == null
                                ? link.remoteHost()
                                : link.hello().servingHost(),
                        link.hello().servingPort()))
                .ifPresent(serving -> lastServing.put(node, serving));
        return Optional.ofNullable(lastServing.get(node));
    }

    /**
     * Sends a node away: its certificate is no longer accepted, its link is closed, and its workers count as failed, so that
     * their owners place them elsewhere.
     */
    public void revoke(Actor actor, String node) {
        actor.needs(Role.ADMINISTRATOR);
        database.run(h -> {
            Node found = get(h, node);
            if (found.state() == Node.State.REVOKED) {
                return;
            }
            nodes.revoke(h, node, clock.millis());
            String reason = Sentence.of("nodes.revoked.worker", found.name()).toString();
            for (Worker worker : workers.ofNode(h, node)) {
                if (worker.released()) {
                    workers.forget(h, worker.id());
                } else if (worker.status() == null || !worker.status().state().last()) {
                    int attempt = worker.status() == null ? 0 : worker.status().attempt();
                    workers.status(
                            h,
                            new WorkerStatus(
                                    worker.id(),
                                    WorkerStatus.State.FAILED,
                                    attempt,
                                    clock.millis(),
                                    reason,
                                    null,
                                    null,
                                    List.of()));
                }
            }
            audit.record(h, actor, "node.revoke", node, Map.of("name", found.name()));
        });
        links.alone(node, () -> conversation.sendAway(node));
        lastServing.remove(node);
        news.publish(News.Topic.NODES, node);
        changes.soon();
    }

    /** Names the node on this machine, as long as it is the only one: others have names of their own. */
    public void nameLocal(Actor actor, String name) {
        actor.needs(Role.ADMINISTRATOR);
        database.run(h -> {
            if (nodes.all(h).size() == 1) {
                nodes.nameLocal(h, name);
            }
        });
        news.publish(News.Topic.NODES, "");
    }

    /** After a start: tells owners of workers on nodes that have not come back. */
    void tellOfMissing() {
        database.run(h -> nodes.all(h).stream()
                .filter(node -> !links.up(node.id()))
                .forEach(node -> workers.untell(h, node.id())));
        changes.soon();
    }
}
