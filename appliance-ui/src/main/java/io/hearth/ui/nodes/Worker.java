package io.hearth.ui.nodes;

import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;

/**
 * A worker on a node: what it should be and what was last heard of it.
 *
 * @param id its id
 * @param nodeId node it is placed on
 * @param owner what it works for: {@code job/ID}, {@code deployment/ID}, {@code export/ID}
 * @param spec what it should do
 * @param status what it last said, or null if nothing was heard yet
 * @param memoryBytes memory reserved for it on its card
 * @param lastEvent sequence of the last event that was stored
 * @param released whether its owner has let go of it: it is taken off its node and then forgotten
 * @param reachable whether its node's link is up now
 */
public record Worker(
        String id,
        String nodeId,
        String owner,
        WorkerSpec spec,
        WorkerStatus status,
        long memoryBytes,
        long lastEvent,
        boolean released,
        boolean reachable) {

    /** What it last said it was doing; STARTING before that. */
    public WorkerStatus.State state() {
        return status == null ? WorkerStatus.State.STARTING : status.state();
    }
}
