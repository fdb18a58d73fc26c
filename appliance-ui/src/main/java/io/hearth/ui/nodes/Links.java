package io.hearth.ui.nodes;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** The links that are up: at most one for each node, the newest. */
@ApplicationScoped
public class Links {
    private final Map<String, Link> byNode = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    /** Whether a node's link is up. */
    public boolean up(String node) {
        return byNode.containsKey(node);
    }

    Optional<Link> of(String node) {
        return Optional.ofNullable(byNode.get(node));
    }

    Collection<Link> all() {
        return List.copyOf(byNode.values());
    }

    /** What a node should have has changed; nothing happens if its link is down, because it is told when it comes. */
    void push(String node) {
        Link link = byNode.get(node);
        if (link != null) {
            link.push();
        }
    }

    /** Makes a link the node's present one and closes the one before. */
    void attach(Link link) {
        Link before = byNode.put(link.nodeId(), link);
        if (before != null && before != link) {
            before.close();
        }
    }

    /** Takes a link out; false if it was not the present one. */
    boolean detach(Link link) {
        return byNode.remove(link.nodeId(), link);
    }

    /** Links of which nothing was heard for too long. */
    List<Link> silent() {
        List<Link> found = new ArrayList<>();
        for (Link link : byNode.values()) {
            if (link.silent()) {
                found.add(link);
            }
        }
        return found;
    }

    /** Does something for a node while no other message of it is being handled. */
    void alone(String node, Runnable work) {
        ReentrantLock lock = locks.computeIfAbsent(node, key -> new ReentrantLock());
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }
}
