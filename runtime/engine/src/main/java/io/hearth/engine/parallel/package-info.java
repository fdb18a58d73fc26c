/**
 * How a job is cut over several cards: data parallelism, one process with a whole copy of the model for each card.
 *
 * <p>Every rank knows the whole step and takes its {@link io.hearth.engine.parallel.Share} of it; gradients are summed over
 * the {@link io.hearth.engine.parallel.Ranks}, so that all of them take the same step of the optimiser. What a job learns does
 * not depend on how many cards it has, but for the rounding of sums that are made in another order.
 */
package io.hearth.engine.parallel;
