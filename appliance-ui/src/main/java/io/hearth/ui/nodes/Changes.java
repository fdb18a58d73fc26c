package io.hearth.ui.nodes;

import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells owners of workers that a status, or the way to a node, has changed. A change is marked on the worker's row in the
 * transaction that makes it, and the mark is taken away in the transaction in which the owner has heard of it: so a restart in
 * between tells it again.
 */
@ApplicationScoped
public class Changes {
    private static final System.Logger LOG = System.getLogger(Changes.class.getName());
    private static final long LONGEST_DELAY = 30_000;

    private final Database database;
    private final News news;
    private final Clock clock;
    private final Iterable<Workers.Listener> listeners;
    private final WorkerStore workers;
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final Map<String, Failure> failures = new ConcurrentHashMap<>();

    private record Failure(int attempts, long next) {}

    @Inject
    public Changes(Database database, Links links, News news, Clock clock, Instance<Workers.Listener> listeners) {
        this(database, links, news, clock, (Iterable<Workers.Listener>) listeners);
    }

    Changes(Database database, Links links, News news, Clock clock, Iterable<Workers.Listener> listeners) {
        this.database = database;
        this.news = news;
        this.clock = clock;
        this.listeners = listeners;
        this.workers = new WorkerStore(links::up);
    }

    /** Tells all that is not told yet, soon and on another thread. */
    void soon() {
        if (wanted.compareAndSet(false, true)) {
            Thread.ofVirtual().name("changes").start(() -> {
                wanted.set(false);
                tell();
            });
        }
    }

    /** Tells all that is not told yet. */
    synchronized void tell() {
        for (String id : database.read(workers::untold)) {
            Failure failure = failures.get(id);
            if (failure == null || failure.next() <= clock.millis()) {
                tell(id, failure == null ? 0 : failure.attempts());
            }
        }
    }

    /** Owners that could not be told yet. */
    int failing() {
        return failures.size();
    }

    private void tell(String id, int attempts) {
        try {
            database.run(h -> {
                Optional<Worker> found = workers.find(h, id);
                workers.told(h, id);
                found.filter(worker -> !worker.released()).ifPresent(worker -> {
                    for (Workers.Listener listener : listeners) {
                        if (listener.attends(worker.owner())) {
                            listener.changed(h, worker);
                        }
                    }
                });
            });
            failures.remove(id);
        } catch (RuntimeException e) {
            long delay = Math.min(LONGEST_DELAY, 1000L << Math.min(attempts, 5));
            failures.put(id, new Failure(attempts + 1, clock.millis() + delay));
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The owner of worker " + id + " could not be told of a change; it is told again in " + delay
                            + " ms",
                    e);
        }
        news.publish(News.Topic.WORKERS, id);
    }
}
