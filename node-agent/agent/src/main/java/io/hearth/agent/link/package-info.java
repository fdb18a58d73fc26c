/**
 * The one connection of the node to its control plane: a WebSocket over mutual TLS that the agent opens, keeps, and opens again.
 * Everything said over it can be said again.
 */
package io.hearth.agent.link;
