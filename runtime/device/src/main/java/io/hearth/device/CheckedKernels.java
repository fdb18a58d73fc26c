package io.hearth.device;

/**
 * Kernels that look at the shapes and types of their arguments before they hand them on. A back end wraps its kernels in
 * it, so that all of them refuse the same calls with the same words.
 */
public final class CheckedKernels implements Kernels {
    private final Kernels kernels;

    /**
     * @param kernels what does the work; is only called with arguments that follow the rules of {@link Kernels}
     */
    public CheckedKernels(Kernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public void fill(Tensor x, float value) {
        KernelChecks.fill(x);
        kernels.fill(x, value);
    }

    @Override
    public void copy(Tensor source, Tensor target) {
        KernelChecks.copy(source, target);
        kernels.copy(source, target);
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor out) {
        KernelChecks.elementwise(a, b, out);
        kernels.add(a, b, out);
    }

    @Override
    public void axpy(float alpha, Tensor x, Tensor y) {
        KernelChecks.elementwise(x, y);
        kernels.axpy(alpha, x, y);
    }

    @Override
    public void scale(Tensor x, float factor) {
        KernelChecks.elementwise(x);
        kernels.scale(x, factor);
    }

    @Override
    public void scale(Tensor x, Tensor factor) {
        KernelChecks.scale(x, factor);
        kernels.scale(x, factor);
    }

    @Override
    public void gatherRows(Tensor source, Tensor index, Tensor target) {
        KernelChecks.moveRows(source, index, target, true);
        kernels.gatherRows(source, index, target);
    }

    @Override
    public void scatterRows(Tensor source, Tensor index, Tensor target) {
        KernelChecks.moveRows(source, index, target, false);
        kernels.scatterRows(source, index, target);
    }

    @Override
    public void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) {
        KernelChecks.dropout(x, probability, y, mask);
        kernels.dropout(x, probability, seed, offset, y, mask);
    }

    @Override
    public void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) {
        KernelChecks.dropout(dy, probability, dx, mask);
        kernels.dropoutGrad(dy, probability, mask, dx);
    }

    @Override
    public void matmul(
            Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        KernelChecks.matmul(a, transposeA, b, transposeB, beta, out);
        kernels.matmul(a, transposeA, b, transposeB, alpha, beta, out);
    }

    @Override
    public void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y) {
        KernelChecks.linear(x, weight, bias, y);
        kernels.linear(x, weight, bias, y);
    }

    @Override
    public void weightGrad(Tensor dy, Tensor x, Tensor dWeight) {
        KernelChecks.weightGrad(dy, x, dWeight);
        kernels.weightGrad(dy, x, dWeight);
    }

    @Override
    public void biasGrad(Tensor dy, Tensor dBias) {
        KernelChecks.biasGrad(dy, dBias);
        kernels.biasGrad(dy, dBias);
    }

    @Override
    public void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y) {
        KernelChecks.groupedMatmul(x, weight, hostOffsets, offsets, y);
        kernels.groupedMatmul(x, weight, hostOffsets, offsets, y);
    }

    @Override
    public void rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd) {
        KernelChecks.rmsNorm(x, gamma, y, rstd);
        kernels.rmsNorm(x, gamma, eps, y, rstd);
    }

    @Override
    public void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd) {
        KernelChecks.addRmsNorm(residual, x, gamma, sum, y, rstd);
        kernels.addRmsNorm(residual, x, gamma, eps, sum, y, rstd);
    }

    @Override
    public void rmsNormGrad(
            Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        KernelChecks.rmsNormGrad(dy, x, rstd, gamma, dResidual, dx, dGamma);
        kernels.rmsNormGrad(dy, x, rstd, gamma, dResidual, dx, dGamma);
    }

    @Override
    public void swiGlu(Tensor gateUp, Tensor h) {
        KernelChecks.swiGlu(gateUp, h);
        kernels.swiGlu(gateUp, h);
    }

    @Override
    public void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        KernelChecks.swiGluGrad(dh, gateUp, dGateUp);
        kernels.swiGluGrad(dh, gateUp, dGateUp);
    }

    @Override
    public void embedding(Tensor table, Tensor ids, Tensor out) {
        KernelChecks.embedding(table, ids, out);
        kernels.embedding(table, ids, out);
    }

    @Override
    public void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        KernelChecks.embeddingGrad(dx, ids, dTable);
        kernels.embeddingGrad(dx, ids, dTable);
    }

    @Override
    public void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        AttentionChecks.ropeTable(positions, table, cos, sin);
        kernels.ropeTable(positions, table, cos, sin);
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
        TensorCheck.of("qkv", qkv);
        AttentionChecks.qkvRope(qkv, cos, sin, qGamma, kGamma, q, k, v, qRstd, kRstd);
        kernels.qkvRope(qkv, cos, sin, qGamma, kGamma, eps, q, k, v, qRstd, kRstd);
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
        AttentionChecks.qkvRopeGrad(dq, dk, dv, qkv, cos, sin, qGamma, kGamma, qRstd, kRstd, dqkv, dqGamma, dkGamma);
        kernels.qkvRopeGrad(dq, dk, dv, qkv, cos, sin, qGamma, kGamma, qRstd, kRstd, dqkv, dqGamma, dkGamma);
    }

    @Override
    public void attention(
            Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        AttentionChecks.attention(q, k, v, lens, window, out, stats);
        kernels.attention(q, k, v, lens, scale, window, out, stats);
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
        AttentionChecks.attentionGrad(dOut, q, k, v, out, stats, lens, window, dq, dk, dv);
        kernels.attentionGrad(dOut, q, k, v, out, stats, lens, scale, window, dq, dk, dv);
    }

    @Override
    public void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        AttentionChecks.kvWrite(k, v, slots, kCache, vCache);
        kernels.kvWrite(k, v, slots, kCache, vCache);
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
        AttentionChecks.pagedAttention(q, kCache, vCache, blockTable, lens, window, out);
        kernels.pagedAttention(q, kCache, vCache, blockTable, lens, scale, window, out);
    }

    @Override
    public void copyBlocks(Tensor cache, Tensor source, Tensor target) {
        AttentionChecks.copyBlocks(cache, source, target);
        kernels.copyBlocks(cache, source, target);
    }

    @Override
    public void crossEntropyStats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) {
        KernelChecks.crossEntropyStats(logits, targets, stats);
        kernels.crossEntropyStats(logits, targets, vocabStart, merge, stats);
    }

    @Override
    public void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        KernelChecks.crossEntropyLoss(stats, targets, weights, nll, lossSum);
        kernels.crossEntropyLoss(stats, targets, weights, nll, lossSum);
    }

    @Override
    public void crossEntropyGrad(
            Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) {
        KernelChecks.crossEntropyGrad(logits, stats, targets, weights, dLogits);
        kernels.crossEntropyGrad(logits, stats, targets, weights, vocabStart, dLogits);
    }

    @Override
    public void squaredNorm(Tensor x, Tensor out) {
        KernelChecks.squaredNorm(x, out);
        kernels.squaredNorm(x, out);
    }

    @Override
    public void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        KernelChecks.clipCoefficient(squaredNorm, maxNorm, coefficient);
        kernels.clipCoefficient(squaredNorm, maxNorm, coefficient);
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
        KernelChecks.adamW(parameter, m, v, gradient, gradientScale, step, activations);
        kernels.adamW(
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
        KernelChecks.argmax(logits, out);
        kernels.argmax(logits, out);
    }

    @Override
    public void topK(Tensor logits, Tensor values, Tensor indices) {
        KernelChecks.topK(logits, values, indices);
        kernels.topK(logits, values, indices);
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
        KernelChecks.sample(logits, temperature, topK, topP, minP, uniform, token, logprob);
        kernels.sample(logits, temperature, topK, topP, minP, uniform, token, logprob);
    }

    @Override
    public void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) {
        KernelChecks.lora(x, a, b, segments, scratch, y);
        kernels.lora(x, a, b, segments, scratch, y);
    }
}
