/**
 * The entrance for applications: {@code /v1/*} in OpenAI's dialect. It knows API keys and their limits, finds the replica with
 * the least to do, and passes the answer on piece by piece as it is made.
 *
 * <p>It runs on Vert.x event loops: nothing on the way of a request waits for the database, and what streams past is neither
 * parsed nor kept. Nothing of a prompt or an answer is logged or stored.
 */
package io.hearth.ui.gateway;
