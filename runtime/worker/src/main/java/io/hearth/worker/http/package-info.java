/**
 * The worker's entrance: an OpenAI-compatible HTTP server before an {@link io.hearth.engine.serve.InferenceEngine}.
 *
 * <p>It serves local callers only: it listens on the loopback address by default, where the node agent reaches it, and
 * leaves keys, quotas and TLS to the gateway. If the environment variable {@code HEARTH_WORKER_TOKEN} is set, every
 * request except {@code /health} must carry it as a bearer token. There are no CORS headers, so that no web page can read
 * an answer.
 *
 * <p>A request is read with strict limits ({@link io.hearth.worker.http.CallParser}), turned into tokens off the event
 * loop, and handed to the engine. {@link io.hearth.worker.http.WholeReply} or {@link io.hearth.worker.http.StreamedReply}
 * collects what comes back. When the client's connection closes, its generations are cancelled.
 */
package io.hearth.worker.http;
