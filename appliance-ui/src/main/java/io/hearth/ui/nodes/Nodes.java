package io.hearth.ui.nodes;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The nodes, as other features see them. */
public interface Nodes {
    /** All that are not revoked, by name. */
    List<Node> all(Handle handle);

    /** One by id, also if it is revoked. */
    Optional<Node> find(Handle handle, String node);

    /**
     * Where the agent of a node takes requests for its workers ({@code https://HOST:PORT/workers/ID/…}). While its link is down:
     * where it last did, because its workers go on; empty if it was not linked since this process began, or was revoked. From
     * memory: fit to be asked for every request. Its certificate names the node's id alone: see {@code Certificates.forAgents}.
     */
    Optional<Serving> serving(String node);

    /**
     * Where an agent takes requests.
     *
     * @param node id of the node, and the host name to expect in its certificate
     * @param host address to connect to
     * @param port TCP port
     */
    record Serving(String node, String host, int port) {}
}
