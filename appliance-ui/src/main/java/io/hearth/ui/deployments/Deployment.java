package io.hearth.ui.deployments;

import java.util.List;

/**
 * A model under a public name, as it should be.
 *
 * @param id its id, {@code dep-…}
 * @param name the name that requests ask for
 * @param desired what it should do
 * @param revision number of the revision that should serve
 * @param replicas how many workers
 * @param nodes nodes that it may use; empty: any
 * @param cards cards that it may use, as {@code node/card}; empty: any
 * @param created milliseconds since 1970
 * @param createdBy name of who made it
 */
public record Deployment(
        String id,
        String name,
        Desired desired,
        int revision,
        int replicas,
        List<String> nodes,
        List<String> cards,
        long created,
        String createdBy) {
    /** What a deployment should do. */
    public enum Desired {
        /** Answer requests. */
        SERVING,
        /** Finish what runs and then hold no card. */
        DRAINED,
        /** The same, and then be gone. */
        DELETED
    }

    /** Owner of its workers. */
    public String owner() {
        return "deployment/" + id;
    }
}
