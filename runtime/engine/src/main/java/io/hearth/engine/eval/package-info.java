/**
 * Judging a model by given tokens: {@link io.hearth.engine.eval.Scorer}. The same forward pass as in training, without a
 * cache, so that its figures are those of the trainer. And judging the server by the trainer: {@link
 * io.hearth.engine.eval.Parity} compares the tokens that both read and write.
 */
package io.hearth.engine.eval;
