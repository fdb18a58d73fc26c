/**
 * What the agent of a node and the control plane say to each other: JSON records over one WebSocket that the agent opens.
 *
 * <p>The link is level-triggered. The control plane sends the whole {@link io.hearth.protocol.ToNode.Assignment}: every worker
 * that should be on the node. The agent makes it so: it starts what is missing, stops what is not listed, and reports each
 * worker's state whenever that changes. Either side may be restarted at any moment and needs no memory of what the other was
 * told. Events are kept on the node until the control plane has said that it has stored them, and are numbered, so that none is
 * lost or counted twice.
 *
 * <p>Paths on the node port of the control plane are in {@link io.hearth.protocol.NodePaths}.
 */
package io.hearth.protocol;
