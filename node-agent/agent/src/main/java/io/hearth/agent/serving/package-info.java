/**
 * The node's only entrance to its workers: requests of the control plane's gateway are handed to a worker's loopback port, and its
 * answer is handed back as it is made.
 */
package io.hearth.agent.serving;
