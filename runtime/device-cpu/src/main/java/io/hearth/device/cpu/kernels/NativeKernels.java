package io.hearth.device.cpu.kernels;

import static io.hearth.device.cpu.host.NativeFunction.failed;

import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.LoraSegments;
import io.hearth.device.PlanningDevice;
import io.hearth.device.PreparedWeight;
import io.hearth.device.SeqLens;
import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;
import io.hearth.device.cpu.CpuKernels;
import io.hearth.device.cpu.host.HostLibraries;
import io.hearth.device.cpu.onednn.Matmuls;
import io.hearth.device.cpu.portable.PortableKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;

/**
 * The kernels of the host: those in C where they are built and have the type (f32 and bf16), oneDNN for matrix products,
 * the portable ones for the rest.
 */
public final class NativeKernels implements CpuKernels, AutoCloseable {
    private final HostLibraries libraries;
    private final Functions functions;
    private final Matmuls matmuls;
    private final Workspace workspace;
    private final DenseKernels dense;
    private final ElementKernels elements;
    private final LayerKernels layers;
    private final AttentionKernels attention;
    private final LossKernels losses;
    private final PortableKernels portable = new PortableKernels();

    /**
     * @param libraries what could be loaded
     * @param allocator where scratch memory comes from
     */
    public NativeKernels(HostLibraries libraries, LongFunction<DeviceBuffer> allocator) {
        this.libraries = libraries;
        functions = new Functions(libraries.kernels().orElse(null));
        matmuls = libraries.oneDnn().map(Matmuls::new).orElse(null);
        workspace = new Workspace(allocator);
        dense = new DenseKernels(functions, matmuls, workspace);
        elements = new ElementKernels(functions);
        layers = new LayerKernels(functions, workspace);
        attention = new AttentionKernels(functions, workspace);
        losses = new LossKernels(functions);
    }

    @Override
    public PreparedWeight prepareWeight(Tensor weight) {
        return new PlainWeight(weight);
    }

    /** A device that counts what these kernels need; see {@link io.hearth.device.Device#plan}. */
    public PlanningDevice plan(Device real) {
        return WorkspacePlanner.device(real, dense);
    }

    /**
     * Reads memory once with all threads.
     *
     * @return something that depends on all of it
     * @throws UnsupportedOperationException without the C kernels
     */
    public float read(Tensor x) {
        if (!functions.present()) {
            throw new UnsupportedOperationException("the native kernels are not there");
        }
        try {
            return (float) functions.read.invokeExact(x.address(), x.bytes() / Float.BYTES);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public String describe() {
        List<String> parts = new ArrayList<>();
        parts.add(
                functions.present()
                        ? libraries.isa().name().toLowerCase(Locale.ROOT) + (hasBf16() ? " with bf16" : "") + " kernels"
                        : portable.describe());
        if (matmuls != null) {
            parts.add(matmuls.describe());
        }
        parts.addAll(libraries.notes());
        return String.join("; ", parts);
    }

    private boolean hasBf16() {
        try {
            return (int) functions.hasBf16.invokeExact() != 0;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        workspace.close();
        if (matmuls != null) {
            matmuls.close();
        }
    }

    @Override
    public void fill(Tensor x, float value) {
        if (!elements.fill(x, value)) {
            portable.fill(x, value);
        }
    }

    @Override
    public void copy(Tensor source, Tensor target) {
        if (!elements.copy(source, target)) {
            portable.copy(source, target);
        }
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor out) {
        if (!elements.add(a, b, out)) {
            portable.add(a, b, out);
        }
    }

    @Override
    public void axpy(float alpha, Tensor x, Tensor y) {
        if (!elements.axpy(alpha, x, y)) {
            portable.axpy(alpha, x, y);
        }
    }

    @Override
    public void scale(Tensor x, float factor) {
        if (!elements.scale(x, factor)) {
            portable.scale(x, factor);
        }
    }

    @Override
    public void scale(Tensor x, Tensor factor) {
        if (!elements.scale(x, factor)) {
            portable.scale(x, factor);
        }
    }

    @Override
    public void gatherRows(Tensor source, Tensor index, Tensor target) {
        if (!elements.gatherRows(source, index, target)) {
            portable.gatherRows(source, index, target);
        }
    }

    @Override
    public void scatterRows(Tensor source, Tensor index, Tensor target) {
        if (!elements.scatterRows(source, index, target)) {
            portable.scatterRows(source, index, target);
        }
    }

    @Override
    public void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) {
        if (!elements.dropout(x, probability, seed, offset, y, mask)) {
            portable.dropout(x, probability, seed, offset, y, mask);
        }
    }

    @Override
    public void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) {
        if (!elements.dropoutGrad(dy, probability, mask, dx)) {
            portable.dropoutGrad(dy, probability, mask, dx);
        }
    }

    @Override
    public void matmul(
            Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        if (!dense.matmul(a, transposeA, b, transposeB, alpha, beta, out)) {
            portable.matmul(a, transposeA, b, transposeB, alpha, beta, out);
        }
    }

    @Override
    public void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y) {
        Tensor plain = ((PlainWeight) weight).weight();
        if (!dense.linear(x, plain, bias, y)) {
            portable.linear(x, portable.prepareWeight(plain), bias, y);
        }
    }

    @Override
    public void weightGrad(Tensor dy, Tensor x, Tensor dWeight) {
        if (!dense.matmul(dy, true, x, false, 1, 1, dWeight)) {
            portable.weightGrad(dy, x, dWeight);
        }
    }

    @Override
    public void biasGrad(Tensor dy, Tensor dBias) {
        if (!elements.biasGrad(dy, dBias)) {
            portable.biasGrad(dy, dBias);
        }
    }

    @Override
    public void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y) {
        for (int e = 0; e + 1 < hostOffsets.length; e++) {
            if (hostOffsets[e + 1] > hostOffsets[e]) {
                Tensor rows = x.rows(hostOffsets[e], hostOffsets[e + 1]);
                Tensor plain = DenseKernels.matrix(weight, e);
                linear(rows, new PlainWeight(plain), null, y.rows(hostOffsets[e], hostOffsets[e + 1]));
            }
        }
    }

    @Override
    public void rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd) {
        if (!layers.rmsNorm(x, gamma, eps, y, rstd)) {
            portable.rmsNorm(x, gamma, eps, y, rstd);
        }
    }

    @Override
    public void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd) {
        if (!layers.addRmsNorm(residual, x, gamma, eps, sum, y, rstd)) {
            portable.addRmsNorm(residual, x, gamma, eps, sum, y, rstd);
        }
    }

    @Override
    public void rmsNormGrad(
            Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        if (!layers.rmsNormGrad(dy, x, rstd, gamma, dResidual, dx, dGamma)) {
            portable.rmsNormGrad(dy, x, rstd, gamma, dResidual, dx, dGamma);
        }
    }

    @Override
    public void swiGlu(Tensor gateUp, Tensor h) {
        if (!layers.swiGlu(gateUp, h)) {
            portable.swiGlu(gateUp, h);
        }
    }

    @Override
    public void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        if (!layers.swiGluGrad(dh, gateUp, dGateUp)) {
            portable.swiGluGrad(dh, gateUp, dGateUp);
        }
    }

    @Override
    public void embedding(Tensor table, Tensor ids, Tensor out) {
        gatherRows(table, ids, out);
    }

    @Override
    public void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        if (!elements.embeddingGrad(dx, ids, dTable)) {
            portable.embeddingGrad(dx, ids, dTable);
        }
    }

    @Override
    public void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin) {
        if (!layers.ropeTable(positions, table, cos, sin)) {
            portable.ropeTable(positions, table, cos, sin);
        }
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
        if (!layers.qkvRope(qkv, cos, sin, qGamma, kGamma, eps, q, k, v, qRstd, kRstd)) {
            portable.qkvRope(qkv, cos, sin, qGamma, kGamma, eps, q, k, v, qRstd, kRstd);
        }
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
        if (!layers.qkvRopeGrad(dq, dk, dv, qkv, cos, sin, qGamma, kGamma, qRstd, kRstd, dqkv, dqGamma, dkGamma)) {
            portable.qkvRopeGrad(dq, dk, dv, qkv, cos, sin, qGamma, kGamma, qRstd, kRstd, dqkv, dqGamma, dkGamma);
        }
    }

    @Override
    public void attention(
            Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        if (!attention.attention(q, k, v, lens, scale, window, out, stats)) {
            portable.attention(q, k, v, lens, scale, window, out, stats);
        }
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
        if (!attention.attentionGrad(dOut, q, k, v, out, stats, lens, scale, window, dq, dk, dv)) {
            portable.attentionGrad(dOut, q, k, v, out, stats, lens, scale, window, dq, dk, dv);
        }
    }

    @Override
    public void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        if (!attention.kvWrite(k, v, slots, kCache, vCache)) {
            portable.kvWrite(k, v, slots, kCache, vCache);
        }
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
        if (!attention.pagedAttention(q, kCache, vCache, blockTable, lens, scale, window, out)) {
            portable.pagedAttention(q, kCache, vCache, blockTable, lens, scale, window, out);
        }
    }

    @Override
    public void copyBlocks(Tensor cache, Tensor source, Tensor target) {
        portable.copyBlocks(cache, source, target);
    }

    @Override
    public void crossEntropyStats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) {
        if (!losses.stats(logits, targets, vocabStart, merge, stats)) {
            portable.crossEntropyStats(logits, targets, vocabStart, merge, stats);
        }
    }

    @Override
    public void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        if (!losses.loss(stats, targets, weights, nll, lossSum)) {
            portable.crossEntropyLoss(stats, targets, weights, nll, lossSum);
        }
    }

    @Override
    public void crossEntropyGrad(
            Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) {
        if (!losses.gradient(logits, stats, targets, weights, vocabStart, dLogits)) {
            portable.crossEntropyGrad(logits, stats, targets, weights, vocabStart, dLogits);
        }
    }

    @Override
    public void squaredNorm(Tensor x, Tensor out) {
        if (!losses.squaredNorm(x, out)) {
            portable.squaredNorm(x, out);
        }
    }

    @Override
    public void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        portable.clipCoefficient(squaredNorm, maxNorm, coefficient);
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
        if (!losses.adamW(
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
                activations)) {
            portable.adamW(
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
    }

    @Override
    public void argmax(Tensor logits, Tensor out) {
        if (!losses.argmax(logits, out)) {
            portable.argmax(logits, out);
        }
    }

    @Override
    public void topK(Tensor logits, Tensor values, Tensor indices) {
        if (!losses.topK(logits, values, indices)) {
            portable.topK(logits, values, indices);
        }
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
        if (!losses.sample(logits, temperature, topK, topP, minP, uniform, token, logprob)) {
            portable.sample(logits, temperature, topK, topP, minP, uniform, token, logprob);
        }
    }

    @Override
    public void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) {
        if (!dense.lora(x, a, b, segments, scratch, y)) {
            portable.lora(x, a, b, segments, scratch, y);
        }
    }
}
