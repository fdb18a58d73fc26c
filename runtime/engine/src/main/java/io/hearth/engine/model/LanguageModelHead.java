package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;

/**
 * From hidden states to logits and to the loss. Logits exist for a few rows at a time only: for a large vocabulary all of
 * them together would be the largest tensor of the step.
 */
public final class LanguageModelHead implements AutoCloseable {
    private static final long CHUNK_BYTES = 64L << 20;
    private static final int SMALLEST_CHUNK = 64;

    private final Parameter weight;
    private final PreparedWeight prepared;

    LanguageModelHead(Device device, Parameter weight) {
        this.weight = weight;
        this.prepared = device.prepareWeight(weight.value());
    }

    /** Size of the vocabulary. */
    public int vocabulary() {
        return weight.value().rows();
    }

    void refresh() {
        prepared.refresh();
    }

    /** Rows of logits that are made at a time. */
    public int chunkRows() {
        long rows = CHUNK_BYTES / (4L * vocabulary());
        return (int) Math.max(SMALLEST_CHUNK, Math.min(4096, rows));
    }

    /**
     * Logits of some rows.
     *
     * @param hidden normalised hidden states [n, H]
     * @param logits f32 [n, V]
     */
    public void logits(Step step, Tensor hidden, Tensor logits) {
        step.kernels.linear(hidden, prepared, null, logits);
    }

    /**
     * Adds {@code sum of weight * nll} to {@code lossSum}, and makes the gradient of that sum.
     *
     * @param hidden normalised hidden states of all rows [T, H]
     * @param targets rows that count, their targets and weights
     * @param lossSum f32[1]
     * @param nll f32[n], loss of each counted row
     * @param dHidden gradient of {@code hidden}, overwritten; null if no gradient is wanted
     */
    public void loss(Step step, Tensor hidden, LossTargets targets, Tensor lossSum, Tensor nll, Tensor dHidden) {
        Kernels kernels = step.kernels;
        long mark = step.scratch.mark();
        int counted = targets.count();
        Tensor rows = step.scratch(step.act, Math.max(1, counted), hidden.cols());
        if (counted > 0) {
            kernels.gatherRows(hidden, targets.rows(), rows);
        }
        int chunk = chunkRows();
        for (int from = 0; from < counted; from += chunk) {
            int to = Math.min(counted, from + chunk);
            lossOfChunk(
                    step,
                    rows.rows(from, to),
                    targets.part(from, to),
                    lossSum,
                    nll.slice(from, to - from),
                    dHidden != null);
        }
        if (dHidden != null) {
            kernels.fill(dHidden, 0);
            if (counted > 0) {
                kernels.scatterRows(rows, targets.rows(), dHidden);
            }
        }
        step.scratch.release(mark);
    }

    /** With {@code gradient}, {@code rows} receives the gradient of itself. */
    private void lossOfChunk(
            Step step, Tensor rows, LossTargets targets, Tensor lossSum, Tensor nll, boolean gradient) {
        Kernels kernels = step.kernels;
        long mark = step.scratch.mark();
        Tensor logits = step.scratch(DType.F32, rows.rows(), vocabulary());
        Tensor stats = step.scratch(DType.F32, 3, rows.rows());
        logits(step, rows, logits);
        kernels.crossEntropyStats(logits, targets.targets(), 0, false, stats);
        kernels.crossEntropyLoss(stats, targets.targets(), targets.weights(), nll, lossSum);
        if (gradient) {
            Tensor dLogits = step.act == DType.F32 ? logits : step.scratch(step.act, rows.rows(), vocabulary());
            kernels.crossEntropyGrad(logits, stats, targets.targets(), targets.weights(), 0, dLogits);
            if (weight.gradient() != null) {
                kernels.weightGrad(dLogits, rows, weight.gradient());
            }
            kernels.matmul(dLogits, false, weight.value(), false, 1, 0, rows);
        }
        step.scratch.release(mark);
    }

    @Override
    public void close() {
        prepared.close();
    }
}
