package io.hearth.engine.model;

import io.hearth.device.Tensor;

/**
 * The rows of a step that the loss counts.
 *
 * @param rows i32[n], positions in the step
 * @param targets i32[n], the token that follows each
 * @param weights f32[n], weight of each in the loss
 */
public record LossTargets(Tensor rows, Tensor targets, Tensor weights) {
    /** Number of rows that count, n. */
    public int count() {
        return Math.toIntExact(rows.elements());
    }

    LossTargets part(int from, int to) {
        return new LossTargets(
                rows.slice(from, to - from), targets.slice(from, to - from), weights.slice(from, to - from));
    }
}
