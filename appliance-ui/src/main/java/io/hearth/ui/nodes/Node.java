package io.hearth.ui.nodes;

import io.hearth.protocol.CardInfo;
import io.hearth.protocol.HostInfo;
import java.util.List;

/**
 * A server that runs a node agent.
 *
 * @param id its id, {@code node-…}; the common name of its certificate
 * @param name its name, unique
 * @param state whether its link is up
 * @param host what the machine is, or null if it has never been linked
 * @param cards its cards
 * @param software version of its agent, or null
 * @param servingHost address of its serving port, or null
 * @param servingPort its serving port, or 0
 * @param local whether it is the agent on the control plane's own machine
 * @param certificateEnds when its certificate ends, milliseconds since 1970
 * @param enrolled when it joined, milliseconds since 1970
 * @param lastSeen when something was last heard of it, milliseconds since 1970, or null
 */
public record Node(
        String id,
        String name,
        State state,
        HostInfo host,
        List<CardInfo> cards,
        String software,
        String servingHost,
        int servingPort,
        boolean local,
        long certificateEnds,
        long enrolled,
        Long lastSeen) {
    /** Whether a node can be used. */
    public enum State {
        /** Its link is up. */
        ONLINE,
        /** Nothing is heard of it; its workers go on if it lives. */
        OFFLINE,
        /** It was sent away and its certificate is not accepted any more. */
        REVOKED
    }
}
