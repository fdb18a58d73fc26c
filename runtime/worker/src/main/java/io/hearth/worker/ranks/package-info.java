/**
 * A job on several cards as processes: the worker is the first rank, starts the others as its children, and ends with them. How
 * the work itself is divided is the matter of {@link io.hearth.engine.parallel}.
 */
package io.hearth.worker.ranks;
