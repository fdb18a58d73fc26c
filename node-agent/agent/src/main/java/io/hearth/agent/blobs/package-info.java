/**
 * Content by its hash: what workers need is pulled from the control plane into a cache on the node's disk, what they leave is sent
 * there. Transfers go on where they were cut off, and nothing is used before its hash was seen to be right.
 */
package io.hearth.agent.blobs;
