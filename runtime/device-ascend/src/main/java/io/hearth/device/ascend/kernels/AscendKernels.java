package io.hearth.device.ascend.kernels;

import io.hearth.device.DeviceException;
import io.hearth.device.Kernels;
import io.hearth.device.LoraSegments;
import io.hearth.device.PreparedWeight;
import io.hearth.device.SeqLens;
import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * All kernels of a card, each in the class of its family. Arguments have been checked by {@link
 * io.hearth.device.CheckedKernels}.
 */
public final class AscendKernels implements Kernels {
    private final Operators operators;
    private final ElementKernels elements;
    private final LayerKernels layers;
    private final AttentionKernels attention;
    private final PagedKernels paged;
    private final LossKernels losses;
    private final SamplingKernels sampling;
    private final DenseKernels dense;

    /**
     * @param operators the device's operators
     * @param scratch memory of the card between operators
     */
    public AscendKernels(Operators operators, Scratch scratch) {
        this.operators = operators;
        elements = new ElementKernels(operators, scratch);
        layers = new LayerKernels(operators, scratch);
        attention = new AttentionKernels(operators, scratch);
        paged = new PagedKernels(operators, scratch);
        losses = new LossKernels(operators, scratch);
        sampling = new SamplingKernels(operators, scratch);
        dense = new DenseKernels(operators, scratch);
    }

    /** CANN's operators take lengths from the host, where recorded work has only upper bounds of them. */
    private void refuseWhileRecording(String kernel) {
        if (operators.recording()) {
            throw new DeviceException(
                    "The kernel \"" + kernel + "\" cannot be recorded on an Ascend card: its lengths, which "
                            + "change from step to step, would be frozen.");
        }
    }

    /** A weight as {@link #linear} takes it. */
    public PreparedWeight prepareWeight(Tensor weight) {
        return dense.prepareWeight(weight);
    }

    @Override
    public void fill(Tensor x, float value) {
        elements.fill(x, value);
    }

    @Override
    public void copy(Tensor source, Tensor target) {
        elements.copy(source, target);
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor out) {
        elements.add(a, b, out);
    }

    @Override
    public void axpy(float alpha, Tensor x, Tensor y) {
        elements.axpy(alpha, x, y);
    }

    @Override
    public void scale(Tensor x, float factor) {
        elements.scale(x, factor);
    }

    @Override
    public void scale(Tensor x, Tensor factor) {
        elements.scale(x, factor);
    }

    @Override
    public void gatherRows(Tensor source, Tensor index, Tensor target) {
        elements.gatherRows(source, index, target);
    }

    @Override
    public void scatterRows(Tensor source, Tensor index, Tensor target) {
        elements.scatterRows(source, index, target);
    }

    @Override
    public void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) {
        elements.dropout(x, probability, seed, offset, y, mask);
    }

    @Override
    public void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) {
        elements.dropoutGrad(dy, probability, mask, dx);
    }

    @Override
    public void matmul(
            Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        dense.matmul(a, transposeA, b, transposeB, alpha, beta, out);
    }

    @Override
    public void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y) {
        dense.linear(x, weight, bias, y);
    }

    @Override
    public void weightGrad(Tensor dy, Tensor x, Tensor dWeight) {
        dense.weightGrad(dy, x, dWeight);
    }

    @Override
    public void biasGrad(Tensor dy, Tensor dBias) {
        layers.biasGrad(dy, dBias);
    }

    @Override
    public void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y) {
        refuseWhileRecording("groupedMatmul");
        dense.groupedMatmul(x, weight, hostOffsets, offsets, y);
    }

    @Override
    public void rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd) {
        layers.rmsNorm(x, gamma, eps, y, rstd);
    }

    @Override
    public void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd) {
        layers.addRmsNorm(residual, x, gamma, eps, sum, y, rstd);
    }

    @Override
    public void rmsNormGrad(
            Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        layers.rmsNormGrad(dy, x, rstd, gamma, dResidual, dx, dGamma);
    }

    @Override
    public void swiGlu(Tensor gateUp, Tensor h) {
        layers.swiGlu(gateUp, h);
    }

    @Override
    public void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        layers.swiGluGrad(dh, gateUp, dGateUp);
    }

    @Override
    public void embedding(Tensor table, Tensor ids, Tensor out) {
        layers.embedding(table, ids, out);
    }

    @Override
    public void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        layers.embeddingGrad(dx, ids, dTable);
    }

    @Override
    public void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        layers.ropeTable(positions, table, cos, sin);
    }

    @Override
    public void qkvRope(
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            float eps,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor qRstd,
            Tensor kRstd) {
        layers.qkvRope(qkv, cos, sin, qGamma, kGamma, eps, q, k, v, qRstd, kRstd);
    }

    @Override
    public void qkvRopeGrad(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            Tensor qRstd,
            Tensor kRstd,
            Tensor dqkv,
            Tensor dqGamma,
            Tensor dkGamma) {
        layers.qkvRopeGrad(dq, dk, dv, qkv, cos, sin, qGamma, kGamma, qRstd, kRstd, dqkv, dqGamma, dkGamma);
    }

    @Override
    public void attention(
            Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        refuseWhileRecording("attention");
        attention.attention(q, k, v, lens, scale, window, out, stats);
    }

    @Override
    public void attentionGrad(
            Tensor dOut,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor stats,
            SeqLens lens,
            float scale,
            int window,
            Tensor dq,
            Tensor dk,
            Tensor dv) {
        refuseWhileRecording("attentionGrad");
        attention.attentionGrad(dOut, q, k, v, out, stats, lens, scale, window, dq, dk, dv);
    }

    @Override
    public void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        paged.kvWrite(k, v, slots, kCache, vCache);
    }

    @Override
    public void pagedAttention(
            Tensor q,
            Tensor kCache,
            Tensor vCache,
            Tensor blockTable,
            SeqLens lens,
            float scale,
            int window,
            Tensor out) {
        refuseWhileRecording("pagedAttention");
        paged.pagedAttention(q, kCache, vCache, blockTable, lens, scale, window, out);
    }

    @Override
    public void copyBlocks(Tensor cache, Tensor source, Tensor target) {
        paged.copyBlocks(cache, source, target);
    }

    @Override
    public void crossEntropyStats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) {
        losses.crossEntropyStats(logits, targets, vocabStart, merge, stats);
    }

    @Override
    public void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        losses.crossEntropyLoss(stats, targets, weights, nll, lossSum);
    }

    @Override
    public void crossEntropyGrad(
            Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) {
        losses.crossEntropyGrad(logits, stats, targets, weights, vocabStart, dLogits);
    }

    @Override
    public void squaredNorm(Tensor x, Tensor out) {
        losses.squaredNorm(x, out);
    }

    @Override
    public void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        losses.clipCoefficient(squaredNorm, maxNorm, coefficient);
    }

    @Override
    public void adamW(
            Tensor parameter,
            Tensor m,
            Tensor v,
            Tensor gradient,
            Tensor gradientScale,
            int step,
            float learningRate,
            float beta1,
            float beta2,
            float eps,
            float weightDecay,
            Tensor activations) {
        losses.adamW(
                parameter,
                m,
                v,
                gradient,
                gradientScale,
                step,
                learningRate,
                beta1,
                beta2,
                eps,
                weightDecay,
                activations);
    }

    @Override
    public void argmax(Tensor logits, Tensor out) {
        sampling.argmax(logits, out);
    }

    @Override
    public void topK(Tensor logits, Tensor values, Tensor indices) {
        sampling.topK(logits, values, indices);
    }

    @Override
    public void sample(
            Tensor logits,
            Tensor temperature,
            Tensor topK,
            Tensor topP,
            Tensor minP,
            Tensor uniform,
            Tensor token,
            Tensor logprob) {
        sampling.sample(logits, temperature, topK, topP, minP, uniform, token, logprob);
    }

    @Override
    public void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) {
        refuseWhileRecording("lora");
        dense.lora(x, a, b, segments, scratch, y);
    }
}
