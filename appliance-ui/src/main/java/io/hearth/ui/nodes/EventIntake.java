package io.hearth.ui.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.ToNode;
import io.hearth.ui.core.Database;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/**
 * Takes in what workers say, each event exactly once: its listeners write in the transaction that moves the worker's sequence
 * on, and only the next number is ever taken.
 *
 * <p>If a listener throws, nothing of that event stays, and it is tried again after one second, then two, four and so on. The
 * worker's later events wait meanwhile on their node; other workers go on. After {@link #ATTEMPTS} attempts the event is put into
 * the table {@code worker_event_aside} with a warning in the log, and the worker's events go on behind it. An event can be set
 * aside only if the database can be written, so a full disk loses none.
 */
@ApplicationScoped
public class EventIntake {
    /** Attempts before an event is set aside: half a minute in all. */
    static final int ATTEMPTS = 6;

    private static final System.Logger LOG = System.getLogger(EventIntake.class.getName());

    private final Database database;
    private final Links links;
    private final Clock clock;
    private final Iterable<Workers.Listener> listeners;
    private final WorkerStore workers;
    private final Map<String, Stuck> stuck = new ConcurrentHashMap<>();

    /** Events of a worker that could not be taken in yet. */
    private record Stuck(String node, List<FromNode.EventLine> lines, int attempts, long next) {}

    @Inject
    public EventIntake(Database database, Links links, Clock clock, Instance<Workers.Listener> listeners) {
        this(database, links, clock, (Iterable<Workers.Listener>) listeners);
    }

    EventIntake(Database database, Links links, Clock clock, Iterable<Workers.Listener> listeners) {
        this.database = database;
        this.links = links;
        this.clock = clock;
        this.listeners = listeners;
        this.workers = new WorkerStore(links::up);
    }

    /** Takes in a message of a node and tells the node how far it got. */
    void take(String node, FromNode.Events message) {
        if (!stuck.containsKey(message.worker())) {
            take(node, message.worker(), message.lines(), 0);
        }
    }

    /** Tries again what is due. */
    void retry() {
        stuck.forEach((worker, waiting) -> {
            if (waiting.next() <= clock.millis()) {
                links.alone(waiting.node(), () -> {
                    stuck.remove(worker);
                    take(waiting.node(), worker, waiting.lines(), waiting.attempts());
                });
            }
        });
    }

    /** Workers whose events cannot be taken in now. */
    int stuck() {
        return stuck.size();
    }

    /** Events that were set aside since the appliance was set up. */
    long setAside() {
        return database.read(workers::setAside);
    }

    private void take(String node, String worker, List<FromNode.EventLine> lines, int attempts) {
        long stored;
        try {
            stored = database.write(h -> apply(h, node, worker, lines));
        } catch (Refused refused) {
            List<FromNode.EventLine> before = lines.stream()
                    .filter(line -> line.sequence() < refused.sequence)
                    .toList();
            List<FromNode.EventLine> rest = lines.stream()
                    .filter(line -> line.sequence() >= refused.sequence)
                    .toList();
            if (!before.isEmpty()) {
                take(node, worker, before, 0);
            }
            // Those before it went in just now or earlier, so the attempts are all of this one event.
            fail(node, worker, rest, before.isEmpty() ? attempts + 1 : 1, refused);
            return;
        }
        if (stored >= 0) {
            links.of(node).ifPresent(link -> link.send(new ToNode.EventsStored(worker, stored)));
        }
    }

    private long apply(Handle handle, String node, String id, List<FromNode.EventLine> lines) {
        Worker worker = workers.find(handle, id).orElse(null);
        if (worker == null) {
            // Its owner has long let go of it. The node may forget what it said.
            return lines.isEmpty() ? -1 : lines.getLast().sequence();
        }
        if (!worker.nodeId().equals(node)) {
            LOG.log(System.Logger.Level.WARNING, "Node {0} speaks for a worker of another node; ignored.", node);
            return -1;
        }
        long stored = worker.lastEvent();
        for (FromNode.EventLine line : lines) {
            if (line.sequence() <= stored) {
                continue;
            }
            if (line.sequence() != stored + 1) {
                break;
            }
            tell(handle, worker, line);
            stored++;
        }
        if (stored != worker.lastEvent()) {
            workers.stored(handle, id, stored);
        }
        return stored;
    }

    private void tell(Handle handle, Worker worker, FromNode.EventLine line) {
        JsonNode event = line.event();
        if (event == null || !event.isObject() || !event.path("event").isTextual()) {
            setAside(handle, worker, line, "It is not an event.");
            return;
        }
        for (Workers.Listener listener : listeners) {
            try {
                if (listener.attends(worker.owner())) {
                    listener.said(handle, worker, line.sequence(), event);
                }
            } catch (RuntimeException e) {
                throw new Refused(line.sequence(), e);
            }
        }
    }

    private void fail(String node, String id, List<FromNode.EventLine> rest, int attempts, Refused refused) {
        LOG.log(
                System.Logger.Level.WARNING,
                "Event " + refused.sequence + " of worker " + id + " could not be taken in, attempt " + attempts
                        + " of " + ATTEMPTS + "; what it would have changed is as before",
                refused.getCause());
        if (attempts >= ATTEMPTS && skip(node, id, rest.getFirst(), refused)) {
            List<FromNode.EventLine> later = rest.subList(1, rest.size());
            take(node, id, later, 0);
            return;
        }
        long delay = 1000L << Math.min(attempts - 1, 5);
        stuck.put(id, new Stuck(node, rest, attempts, clock.millis() + delay));
    }

    private boolean skip(String node, String id, FromNode.EventLine line, Refused refused) {
        try {
            database.run(h -> workers.find(h, id).ifPresent(worker -> {
                setAside(h, worker, line, String.valueOf(refused.getCause()));
                workers.stored(h, id, line.sequence());
            }));
            return true;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "The database cannot be written; events wait on node " + node, e);
            return false;
        }
    }

    private void setAside(Handle handle, Worker worker, FromNode.EventLine line, String reason) {
        LOG.log(
                System.Logger.Level.WARNING,
                "Event {0} of worker {1} was set aside in the table worker_event_aside.",
                Long.toString(line.sequence()),
                worker.id());
        workers.setAside(handle, worker, line.sequence(), line.event(), reason, clock.millis());
    }

    /** A listener has thrown; the transaction is undone. */
    private static final class Refused extends RuntimeException {
        private final long sequence;

        Refused(long sequence, RuntimeException cause) {
            super(cause);
            this.sequence = sequence;
        }
    }
}
