/**
 * Judging a model by given tokens: {@link io.hearth.engine.eval.Scorer}. The same forward pass as in training, without a
 * cache, so that its figures are those of the trainer.
 */
package io.hearth.engine.eval;
