/**
 * The decoder: from {@code config.json} and weights to hidden states, logits, loss and gradients.
 *
 * <p>{@link io.hearth.engine.model.Decoder} is assembled from small layers, each of which knows its forward and its
 * backward pass and says what it keeps in between; there is no autograd tape. The layers learn from a {@link
 * io.hearth.engine.model.Step} which tokens stand where and how they attend, so the same layers train, score and serve.
 * Weights lie in {@link io.hearth.engine.model.ParameterArena arenas}, intermediate results in a {@link
 * io.hearth.engine.model.StepMemory}: both sizes are known before a step runs.
 */
package io.hearth.engine.model;
