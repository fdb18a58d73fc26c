package io.hearth.ui.deployments;

import java.util.List;

/**
 * A deployment and its workers at one moment.
 *
 * @param deployment what should be
 * @param parts what there is, the oldest first
 * @param now milliseconds since 1970
 */
record Situation(Deployment deployment, List<Part> parts, long now) {
    /** Those of the revision that should serve, and that are not on their way out. */
    List<Part> current() {
        return parts.stream()
                .filter(part -> part.draining() == null && part.revision() == deployment.revision())
                .toList();
    }

    /** Those of other revisions that are not on their way out yet. */
    List<Part> old() {
        return parts.stream()
                .filter(part -> part.draining() == null && part.revision() != deployment.revision())
                .toList();
    }

    /** Those that are on their way out. */
    List<Part> draining() {
        return parts.stream().filter(part -> part.draining() != null).toList();
    }

    static List<Part> ready(List<Part> parts) {
        return parts.stream().filter(Part::ready).toList();
    }

    /**
     * Those that take requests: of the revision before as long as the new one is not ready as a whole, so that answers do not
     * change from one request to the next. If none can be reached, those that were ready when they were last heard of: a worker
     * goes on without the link of its node, and a try costs less than a refusal.
     */
    List<Part> serving() {
        if (deployment.desired() != Deployment.Desired.SERVING) {
            return List.of();
        }
        List<Part> fresh = ready(current());
        List<Part> before = ready(old());
        List<Part> reached = before.isEmpty() || fresh.size() >= deployment.replicas() ? fresh : before;
        return reached.isEmpty()
                ? parts.stream()
                        .filter(part -> part.draining() == null && part.wasReady())
                        .toList()
                : reached;
    }
}
