package io.hearth.ui.core;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Tells pages and controllers of this process that something has changed. Carries no state: a listener reads what it needs from
 * the database. Publish after the transaction has committed. Listeners run on threads of their own and may miss nothing that they
 * could not read later.
 */
@ApplicationScoped
public class News {
    /** What has changed. */
    public enum Topic {
        NODES,
        TELEMETRY,
        WORKERS,
        DATASETS,
        MODELS,
        JOBS,
        DEPLOYMENTS,
        KEYS,
        USAGE,
        USERS,
        AUDIT,
        SETTINGS,
        MACHINE
    }

    /** Ends a subscription. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    private static final System.Logger LOG = System.getLogger(News.class.getName());

    private final Map<Topic, List<Consumer<String>>> listeners = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Says that something has changed; {@code id} tells which, or is empty for many. */
    public void publish(Topic topic, String id) {
        for (Consumer<String> listener : listeners.getOrDefault(topic, List.of())) {
            threads.execute(() -> tell(listener, topic, id));
        }
    }

    /** Calls a listener with the id of what has changed, until the subscription is closed. */
    public Subscription subscribe(Topic topic, Consumer<String> listener) {
        List<Consumer<String>> ofTopic = listeners.computeIfAbsent(topic, key -> new CopyOnWriteArrayList<>());
        ofTopic.add(listener);
        return () -> ofTopic.remove(listener);
    }

    private static void tell(Consumer<String> listener, Topic topic, String id) {
        try {
            listener.accept(id);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "A listener of " + topic + " has failed", e);
        }
    }
}
