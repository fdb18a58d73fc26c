package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.util.List;

/**
 * Grouped-query self-attention with rotary embedding, with or without norms on queries and keys.
 *
 * <p>Keeps the rotated queries and keys, the values, the output before its projection and the softmax statistics; with
 * norms also the fused projection and the norms' statistics.
 */
final class Attention implements AutoCloseable {
    private final Device device;
    private final ModelConfig config;
    private final int layer;
    private final Parameter queryNorm;
    private final Parameter keyNorm;
    private final Linear qkvProjection;
    private final Linear outputProjection;
    private final float scale;
    private final int window;

    private Tensor qkv;
    private Tensor q;
    private Tensor k;
    private Tensor v;
    private Tensor queryRstd;
    private Tensor keyRstd;
    private Tensor out;
    private Tensor stats;

    Attention(Device device, ModelConfig config, int layer, Weights.Layer weights) {
        this.device = device;
        this.config = config;
        this.layer = layer;
        this.queryNorm = weights.queryNorm();
        this.keyNorm = weights.keyNorm();
        String path = "model.layers." + layer + ".self_attn.";
        int keys = config.queryWidth();
        int values = keys + config.keyValueWidth();
        this.qkvProjection = new Linear(
                device,
                weights.qkv(),
                weights.qkvBias(),
                List.of(
                        new Projection(path + "q_proj", 0, keys),
                        new Projection(path + "k_proj", keys, values),
                        new Projection(path + "v_proj", values, values + config.keyValueWidth())));
        this.outputProjection = new Linear(
                device, weights.output(), null, List.of(new Projection(path + "o_proj", 0, config.hiddenSize())));
        this.scale = (float) (1 / Math.sqrt(config.headDim()));
        this.window = config.slidingWindow(layer);
    }

    List<Linear> linears() {
        return List.of(qkvProjection, outputProjection);
    }

    /**
     * @param x normalised input [T, H]
     * @param y [T, H]
     */
    void forward(Step step, Tensor x, Tensor y) {
        Kernels kernels = step.kernels;
        long mark = step.scratch.mark();
        int tokens = step.tokens;
        int heads = config.numAttentionHeads();
        int kvHeads = config.numKeyValueHeads();
        int width = config.headDim();
        q = step.keep(step.act, tokens, heads, width);
        k = step.keep(step.act, tokens, kvHeads, width);
        v = step.keep(step.act, tokens, kvHeads, width);
        out = step.keep(step.act, tokens, heads, width);
        stats = step.training ? step.keep(DType.F32, device.attentionStatsElements(tokens, heads)) : null;
        boolean norms = queryNorm != null;
        queryRstd = norms ? step.keep(DType.F32, tokens, heads) : null;
        keyRstd = norms ? step.keep(DType.F32, tokens, kvHeads) : null;
        int qkvWidth = qkvProjection.outFeatures();
        qkv = norms ? step.keep(step.act, tokens, qkvWidth) : step.scratch(step.act, tokens, qkvWidth);
        qkvProjection.forward(step, x, qkv);
        kernels.qkvRope(qkv, step.cos, step.sin, value(queryNorm), value(keyNorm), eps(), q, k, v, queryRstd, keyRstd);
        step.pattern.attend(kernels, layer, q, k, v, scale, window, out, stats);
        outputProjection.forward(step, flat(out), y);
        step.scratch.release(mark);
    }

    private float eps() {
        return (float) config.rmsNormEps();
    }

    private static Tensor value(Parameter norm) {
        return norm == null ? null : norm.value();
    }

    private static Tensor gradient(Parameter norm) {
        return norm == null ? null : norm.gradient();
    }

    private static Tensor flat(Tensor heads) {
        return heads.reshape(heads.dim(0), heads.dim(1) * heads.dim(2));
    }

    /**
     * @param x input of the forward pass
     * @param dy gradient of the output [T, H]
     * @param dx gradient of the input, overwritten; null if nobody needs it
     */
    void backward(Step step, Tensor x, Tensor dy, Tensor dx) {
        Kernels kernels = step.kernels;
        long mark = step.scratch.mark();
        Tensor dOut = step.scratch(step.act, out.shape());
        outputProjection.backward(step, flat(out), dy, flat(dOut));
        Tensor dq = step.scratch(step.act, q.shape());
        Tensor dk = step.scratch(step.act, k.shape());
        Tensor dv = step.scratch(step.act, v.shape());
        SeqLens lens = ((AttentionPattern.Packed) step.pattern).lens();
        kernels.attentionGrad(dOut, q, k, v, out, stats, lens, scale, window, dq, dk, dv);
        Tensor dQkv = step.scratch(step.act, step.tokens, qkvProjection.outFeatures());
        kernels.qkvRopeGrad(
                dq,
                dk,
                dv,
                queryNorm == null ? null : qkv,
                step.cos,
                step.sin,
                value(queryNorm),
                value(keyNorm),
                queryRstd,
                keyRstd,
                dQkv,
                gradient(queryNorm),
                gradient(keyNorm));
        qkvProjection.backward(step, x, dQkv, dx);
        step.scratch.release(mark);
    }

    @Override
    public void close() {
        qkvProjection.close();
        outputProjection.close();
    }
}
