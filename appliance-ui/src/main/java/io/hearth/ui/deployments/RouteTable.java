package io.hearth.ui.deployments;

import io.hearth.ui.core.Sentence;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which replicas answer to a public name now, and how much each has to do. Kept in memory: the gateway asks at every request and
 * waits for nothing.
 */
@ApplicationScoped
public class RouteTable {
    /**
     * Where requests for a name go.
     *
     * @param deployment id of the deployment
     * @param name the public name
     * @param created when the deployment was made, milliseconds since 1970
     * @param replicas those that take requests; empty if none does
     * @param unavailable why there is none; null if there is one
     */
    public record Route(String deployment, String name, long created, List<Replica> replicas, Sentence unavailable) {}

    /** A worker that takes requests. */
    public static final class Replica {
        private final String worker;
        private final String node;
        private final AtomicInteger running = new AtomicInteger();

        private Replica(String worker, String node) {
            this.worker = worker;
            this.node = node;
        }

        /** Id of the worker. */
        public String worker() {
            return worker;
        }

        /** Id of its node. */
        public String node() {
            return node;
        }

        /** Requests that it has now. */
        public int running() {
            return running.get();
        }

        /** Says that a request which was given to it has ended. Exactly once for each {@link RouteTable#take}. */
        public void release() {
            running.decrementAndGet();
        }
    }

    /** A route as the controller finds it. */
    record Found(
            String deployment, String name, long created, Map<String, String> nodeByWorker, Sentence unavailable) {}

    private final Map<String, Replica> replicas = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile Map<String, Route> routes = Map.of();

    /** Puts these routes in the place of all others. A replica that stays keeps its count. */
    synchronized void replace(Collection<Found> found) {
        Map<String, Route> next = new TreeMap<>();
        for (Found route : found) {
            List<Replica> serving = new ArrayList<>();
            route.nodeByWorker()
                    .forEach((worker, node) ->
                            serving.add(replicas.computeIfAbsent(worker, id -> new Replica(id, node))));
            next.put(
                    route.name(),
                    new Route(
                            route.deployment(),
                            route.name(),
                            route.created(),
                            List.copyOf(serving),
                            route.unavailable()));
        }
        routes = next;
    }

    /** Forgets a worker that was released; until then its count is kept, also when it takes no new requests. */
    void forget(String worker) {
        replicas.remove(worker);
    }

    /** Every route, by name. */
    public Collection<Route> all() {
        return routes.values();
    }

    /** The route of a name. */
    public Optional<Route> route(String name) {
        return Optional.ofNullable(routes.get(name));
    }

    /**
     * Takes the replica with the fewest requests that is not among those which were tried, and counts one more for it; the caller
     * says {@link Replica#release} when that is over. Of several with as few, each has its turn.
     */
    public Optional<Replica> take(String name, Set<String> tried) {
        Route route = routes.get(name);
        if (route == null || route.replicas().isEmpty()) {
            return Optional.empty();
        }
        List<Replica> serving = route.replicas();
        int first = Math.floorMod(turn.getAndIncrement(), serving.size());
        Replica least = null;
        for (int i = 0; i < serving.size(); i++) {
            Replica replica = serving.get((first + i) % serving.size());
            if (!tried.contains(replica.worker()) && (least == null || replica.running() < least.running())) {
                least = replica;
            }
        }
        if (least != null) {
            least.running.incrementAndGet();
        }
        return Optional.ofNullable(least);
    }

    /** Requests that a worker has now, also when it takes no new ones. */
    public int running(String worker) {
        Replica replica = replicas.get(worker);
        return replica == null ? 0 : replica.running();
    }
}
