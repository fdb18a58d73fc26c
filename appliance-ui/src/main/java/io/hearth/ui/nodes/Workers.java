package io.hearth.ui.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Sentence;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The workers of all nodes, as the features that need them see it. Desired state is rows: it is written in the caller's
 * transaction and reaches the nodes after the commit, again and again until they agree.
 */
public interface Workers {
    /** Where a request was placed, or why it was not. */
    sealed interface Placement {
        /** It has a place. */
        record Placed(Worker worker) implements Placement {}

        /** There is no room now; try again when {@code News.Topic.WORKERS} or {@code NODES} tells of a change. */
        record Later(Sentence reason) implements Placement {}

        /** It fits on no card of this appliance, free or not. */
        record Never(Sentence reason) implements Placement {}
    }

    /** Finds a card with room and puts a worker there. Training takes a shared card only if no other training is on it. */
    Placement place(Handle handle, WorkerRequest request);

    /** Lets a worker stop so that it can go on later, on the same node. */
    void pause(Handle handle, String worker);

    /** Lets a paused worker go on. */
    void resume(Handle handle, String worker);

    /** Stops a worker for good and takes its folder away. Its row stays until its node has confirmed it. Idempotent. */
    void release(Handle handle, String worker);

    /** A worker by id. */
    Optional<Worker> find(Handle handle, String worker);

    /** Workers of an owner that are not released, the oldest first. */
    List<Worker> of(Handle handle, String owner);

    /** Part of a worker's log, as the node tells; waits for the answer. Not within a transaction. */
    LogPart log(String worker, long offset, int maxBytes);

    /**
     * A part of a log.
     *
     * @param offset byte offset of the text
     * @param text whole lines
     * @param end size of the log in bytes
     */
    record LogPart(long offset, String text, long end) {}

    /** Hears what workers say. Beans of this type are told of every worker; each attends to its own owners. */
    interface Listener {
        /** Whether a worker with this owner is this listener's. */
        boolean attends(String owner);

        /**
         * A worker has said something. Called once for each event, in order, in the transaction that also notes that the event is
         * stored: what is written through {@code handle} is neither lost nor doubled.
         *
         * @param event as the worker wrote it, with members {@code event} and {@code time}
         */
        void said(Handle handle, Worker worker, long sequence, JsonNode event);

        /** A worker's status, or whether its node can be reached, has changed. May come more than once. */
        void changed(Handle handle, Worker worker);
    }
}
