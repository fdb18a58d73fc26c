/**
 * Nodes and their workers. {@link io.hearth.ui.nodes.NodePort} is where agents connect: they enrol with a one-time code, fetch and
 * send blobs, and hold a link open. On a {@link io.hearth.ui.nodes.Link}, {@link io.hearth.ui.nodes.Conversation} hears what the
 * node says and tells it which workers it should have. {@link io.hearth.ui.nodes.Workers} is how other features ask for workers
 * and hear of them: what is wanted is rows, and rows are what a restart goes on from. {@link io.hearth.ui.nodes.Telemetry} keeps
 * what nodes and cards measure, thinned with age.
 */
package io.hearth.ui.nodes;
