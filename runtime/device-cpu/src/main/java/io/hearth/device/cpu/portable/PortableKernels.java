package io.hearth.device.cpu.portable;

import io.hearth.device.LoraSegments;
import io.hearth.device.PreparedWeight;
import io.hearth.device.SeqLens;
import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;
import io.hearth.device.cpu.CpuKernels;
import jdk.incubator.vector.FloatVector;

/** Every kernel in plain Java, for all three float types. A call is done when it returns. */
public final class PortableKernels implements CpuKernels {
    @Override
    public PreparedWeight prepareWeight(Tensor weight) {
        return new PortableWeight(weight);
    }

    @Override
    public String describe() {
        return "portable Java kernels, " + FloatVector.SPECIES_PREFERRED.vectorBitSize() + "-bit vectors";
    }

    @Override
    public void fill(Tensor x, float value) {
        PortableElementwise.fill(x, value);
    }

    @Override
    public void copy(Tensor source, Tensor target) {
        PortableElementwise.copy(source, target);
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor out) {
        PortableElementwise.add(a, b, out);
    }

    @Override
    public void axpy(float alpha, Tensor x, Tensor y) {
        PortableElementwise.axpy(alpha, x, y);
    }

    @Override
    public void scale(Tensor x, float factor) {
        PortableElementwise.scale(x, factor);
    }

    @Override
    public void scale(Tensor x, Tensor factor) {
        PortableElementwise.scale(x, Elements.of(factor).get(0, 0));
    }

    @Override
    public void gatherRows(Tensor source, Tensor index, Tensor target) {
        PortableElementwise.gatherRows(source, index, target);
    }

    @Override
    public void scatterRows(Tensor source, Tensor index, Tensor target) {
        PortableElementwise.scatterRows(source, index, target);
    }

    @Override
    public void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) {
        PortableElementwise.dropout(x, probability, seed, offset, y, mask);
    }

    @Override
    public void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) {
        PortableElementwise.dropoutGrad(dy, probability, mask, dx);
    }

    @Override
    public void matmul(
            Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        PortableDense.matmul(a, transposeA, b, transposeB, alpha, beta, out);
    }

    @Override
    public void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y) {
        PortableDense.linear(x, ((PortableWeight) weight).weight(), bias, y);
    }

    @Override
    public void weightGrad(Tensor dy, Tensor x, Tensor dWeight) {
        PortableDense.weightGrad(dy, x, dWeight);
    }

    @Override
    public void biasGrad(Tensor dy, Tensor dBias) {
        PortableDense.biasGrad(dy, dBias);
    }

    @Override
    public void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y) {
        PortableDense.groupedMatmul(x, weight, hostOffsets, y);
    }

    @Override
    public void rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd) {
        PortableNorms.rmsNorm(x, gamma, eps, y, rstd);
    }

    @Override
    public void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd) {
        PortableNorms.addRmsNorm(residual, x, gamma, eps, sum, y, rstd);
    }

    @Override
    public void rmsNormGrad(
            Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        PortableNorms.rmsNormGrad(dy, x, rstd, gamma, dResidual, dx, dGamma);
    }

    @Override
    public void swiGlu(Tensor gateUp, Tensor h) {
        PortableNorms.swiGlu(gateUp, h);
    }

    @Override
    public void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        PortableNorms.swiGluGrad(dh, gateUp, dGateUp);
    }

    @Override
    public void embedding(Tensor table, Tensor ids, Tensor out) {
        PortableElementwise.gatherRows(table, ids, out);
    }

    @Override
    public void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        PortableNorms.embeddingGrad(dx, ids, dTable);
    }

    @Override
    public void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        PortableRope.ropeTable(positions, table, cos, sin);
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
        PortableRope.forward(qkv, cos, sin, qGamma, kGamma, eps, q, k, v, qRstd, kRstd);
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
        PortableRope.backward(dq, dk, dv, qkv, cos, sin, qGamma, kGamma, qRstd, kRstd, dqkv, dqGamma, dkGamma);
    }

    @Override
    public void attention(
            Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        PortableAttention.attention(q, k, v, lens, scale, window, out, stats);
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
        PortableAttention.backward(dOut, q, k, v, out, stats, lens, scale, window, dq, dk, dv);
    }

    @Override
    public void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        PortableElementwise.kvWrite(k, v, slots, kCache, vCache);
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
        PortableAttention.paged(q, kCache, vCache, blockTable, lens, scale, window, out);
    }

    @Override
    public void copyBlocks(Tensor cache, Tensor source, Tensor target) {
        PortableElementwise.copyBlocks(cache, source, target);
    }

    @Override
    public void crossEntropyStats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) {
        PortableLoss.stats(logits, targets, vocabStart, merge, stats);
    }

    @Override
    public void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        PortableLoss.loss(stats, targets, weights, nll, lossSum);
    }

    @Override
    public void crossEntropyGrad(
            Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) {
        PortableLoss.gradient(logits, stats, targets, weights, vocabStart, dLogits);
    }

    @Override
    public void squaredNorm(Tensor x, Tensor out) {
        PortableLoss.squaredNorm(x, out);
    }

    @Override
    public void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        PortableLoss.clip(squaredNorm, maxNorm, coefficient);
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
        PortableLoss.adamW(
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
        PortableSampling.argmax(logits, out);
    }

    @Override
    public void topK(Tensor logits, Tensor values, Tensor indices) {
        PortableSampling.topK(logits, values, indices);
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
        PortableSampling.sample(logits, temperature, topK, topP, minP, uniform, token, logprob);
    }

    @Override
    public void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) {
        PortableDense.lora(x, a, b, segments, scratch, y);
    }
}
