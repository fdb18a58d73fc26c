package io.hearth.ui.deployments;

import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.nodes.Worker;

/**
 * A worker of a deployment as the controller sees it.
 *
 * @param id id of the worker
 * @param revision which revision it serves
 * @param created when it was placed
 * @param draining since when it takes no new requests, or null
 * @param unreachable since when its node is not reached, or null
 * @param complaint what it last said is wrong, or null
 * @param worker the worker, or null if it is gone
 * @param running requests that it has
 */
record Part(
        String id,
        int revision,
        long created,
        Long draining,
        Long unreachable,
        String complaint,
        Worker worker,
        int running) {
    /** Whether it can take requests. */
    boolean ready() {
        return reachable() && wasReady();
    }

    /** Whether it was able to take requests when it was last heard of. */
    boolean wasReady() {
        return worker != null && worker.state() == WorkerStatus.State.RUNNING;
    }

    /** Whether nothing will come of it by itself. */
    boolean failed() {
        return worker != null && worker.state().last();
    }

    boolean reachable() {
        return worker != null && worker.reachable();
    }

    /** Why it does not work, as it or its agent says, or null. */
    String reason() {
        String told = worker == null || worker.status() == null
                ? null
                : worker.status().reason();
        return complaint != null ? complaint : told;
    }
}
