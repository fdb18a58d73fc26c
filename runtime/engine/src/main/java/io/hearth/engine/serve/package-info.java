/**
 * Serving: many requests share the device, one step of the model at a time.
 *
 * <p>{@link io.hearth.engine.serve.InferenceEngine} has one compute thread. In each turn it takes in new and cancelled
 * requests, asks the {@link io.hearth.engine.serve.Scheduler} for a step, has the {@link
 * io.hearth.engine.serve.StepRunner} compute it, and hands the new tokens to their listeners. The scheduler fills a step
 * with one token of every sequence that decodes and with chunks of prompts for the rest of the token budget; {@link
 * io.hearth.engine.serve.BlockManager} gives out the blocks of the paged key-value cache. When the blocks run out, the
 * youngest sequence gives its blocks back and is computed again later: its tokens are kept, so nothing that a client has
 * seen changes.
 */
package io.hearth.engine.serve;
