package io.hearth.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What the control plane says to an agent. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ToNode.Welcome.class, name = "welcome"),
    @JsonSubTypes.Type(value = ToNode.Assignment.class, name = "assignment"),
    @JsonSubTypes.Type(value = ToNode.EventsStored.class, name = "events-stored"),
    @JsonSubTypes.Type(value = ToNode.ReadLog.class, name = "read-log"),
    @JsonSubTypes.Type(value = ToNode.Goodbye.class, name = "goodbye")
})
public sealed interface ToNode {
    /**
     * Answer to {@link FromNode.Hello}.
     *
     * @param nodeId id of the node
     * @param nodeName its name as people see it
     */
    record Welcome(String nodeId, String nodeName) implements ToNode {}

    /**
     * Every worker that should be on the node. What is not listed is stopped, and its folder removed; then
     * {@link FromNode.Gone} says so.
     *
     * @param workers their specifications
     */
    record Assignment(List<WorkerSpec> workers) implements ToNode {}

    /**
     * Events up to this one are stored and may be forgotten by the node.
     *
     * @param worker id of the worker
     * @param sequence the last stored event; also sent after a link is made, so that the agent knows where to go on
     */
    record EventsStored(String worker, long sequence) implements ToNode {}

    /**
     * Asks for a part of a worker's log.
     *
     * @param request id of the question
     * @param worker id of the worker
     * @param offset byte offset to begin at; negative: that many bytes before the end
     * @param maxBytes at most this much
     */
    record ReadLog(String request, String worker, long offset, int maxBytes) implements ToNode {}

    /**
     * The control plane closes the link for good: the node was revoked or speaks another protocol.
     *
     * @param reason a sentence
     * @param revoked whether the certificate is not accepted any more; the agent then stops its workers and waits for a new code
     */
    record Goodbye(String reason, boolean revoked) implements ToNode {}
}
