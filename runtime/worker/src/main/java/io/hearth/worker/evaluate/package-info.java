/** {@code worker evaluate}: base and tuned model on held-out rows, side by side. */
package io.hearth.worker.evaluate;
