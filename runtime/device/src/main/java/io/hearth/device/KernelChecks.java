package io.hearth.device;

import static io.hearth.device.TensorCheck.ANY;
import static io.hearth.device.TensorCheck.of;

/**
 * The rules of {@link Kernels} about shapes and types, one method for each kernel. Every back end has them by wrapping its
 * kernels in {@link CheckedKernels}; contents of index tensors are not looked at, since they are on the device.
 */
final class KernelChecks {
    private KernelChecks() {}

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    // ---- Memory and elementwise ------------------------------------------------------------------------------------

    static void fill(Tensor x) {
        of("x", x).type(DType.F32, DType.BF16, DType.F16, DType.I32).contiguous();
    }

    static void copy(Tensor source, Tensor target) {
        TensorCheck from = of("source", source).type(DType.F32, DType.BF16, DType.F16, DType.I32);
        TensorCheck to = of("target", target).sameShape(from);
        if (source.type() == DType.I32) {
            to.i32();
        } else {
            to.act();
        }
    }

    static void elementwise(Tensor a, Tensor... others) {
        TensorCheck first = of("first tensor", a).act().contiguous();
        for (int i = 0; i < others.length; i++) {
            of(i == 0 ? "second tensor" : "third tensor", others[i])
                    .sameType(first)
                    .sameShape(first)
                    .contiguous();
        }
    }

    static void scale(Tensor x, Tensor factor) {
        of("x", x).act().contiguous();
        of("factor", factor).f32().shape(1);
    }

    static void moveRows(Tensor source, Tensor index, Tensor target, boolean gather) {
        TensorCheck from = of("source", source).act().shape(ANY, ANY).contiguous();
        TensorCheck to =
                of("target", target).sameType(from).shape(ANY, from.dim(1)).contiguous();
        of("index", index).i32().shape(gather ? to.dim(0) : from.dim(0)).contiguous();
    }

    static void dropout(Tensor x, float probability, Tensor y, Tensor mask) {
        require(probability >= 0 && probability < 1, "probability is " + probability + ", but must be in [0, 1)");
        TensorCheck source = of("x", x).act().shape(ANY, ANY).contiguous();
        of("y", y).sameType(source).sameShape(source).contiguous();
        of("mask", mask).type(DType.I8).sameShape(source).contiguous();
    }

    // ---- Dense -----------------------------------------------------------------------------------------------------

    static void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta, Tensor out) {
        TensorCheck left = of("a", a).act().shape(ANY, ANY);
        TensorCheck right = of("b", b).sameType(left).shape(ANY, ANY);
        long inner = left.dim(transposeA ? 0 : 1);
        right.shape(transposeB ? ANY : inner, transposeB ? inner : ANY);
        of("out", out).type(a.type(), DType.F32).shape(left.dim(transposeA ? 1 : 0), right.dim(transposeB ? 0 : 1));
        require(beta == 0 || beta == 1, "beta is " + beta + ", but must be 0 or 1");
    }

    static void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y) {
        require(weight != null, "weight is missing");
        of("x", x).type(weight.type()).shape(ANY, weight.inFeatures());
        of("y", y).type(x.type(), DType.F32).shape(x.dim(0), weight.outFeatures());
        if (bias != null) {
            of("bias", bias).type(x.type()).shape(weight.outFeatures());
        }
    }

    static void weightGrad(Tensor dy, Tensor x, Tensor dWeight) {
        TensorCheck gradient = of("dy", dy).act().shape(ANY, ANY);
        TensorCheck input = of("x", x).sameType(gradient).shape(dy.dim(0), ANY);
        of("dWeight", dWeight).f32().shape(gradient.dim(1), input.dim(1)).contiguous();
    }

    static void biasGrad(Tensor dy, Tensor dBias) {
        of("dy", dy).act().shape(ANY, ANY);
        of("dBias", dBias).f32().shape(dy.dim(1));
    }

    static void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y) {
        TensorCheck input = of("x", x).act().shape(ANY, ANY).contiguous();
        TensorCheck matrices = of("weight", weight)
                .sameType(input)
                .shape(ANY, ANY, input.dim(1))
                .contiguous();
        of("offsets", offsets).i32().shape(matrices.dim(0) + 1);
        of("y", y).sameType(input).shape(input.dim(0), matrices.dim(1)).contiguous();
        require(hostOffsets.length == matrices.dim(0) + 1, "hostOffsets needs one entry more than there are groups");
        ascending("hostOffsets", hostOffsets);
        require(
                hostOffsets[hostOffsets.length - 1] == input.dim(0),
                "hostOffsets ends at " + hostOffsets[hostOffsets.length - 1] + ", but x has " + input.dim(0) + " rows");
    }

    private static void ascending(String name, int[] values) {
        require(values[0] == 0, name + " needs a leading 0");
        for (int i = 1; i < values.length; i++) {
            require(values[i] >= values[i - 1], name + " must not descend");
        }
    }

    static void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) {
        TensorCheck input = of("x", x).act().shape(ANY, ANY).contiguous();
        TensorCheck down =
                of("a", a).sameType(input).shape(ANY, ANY, input.dim(1)).contiguous();
        TensorCheck up =
                of("b", b).sameType(input).shape(down.dim(0), ANY, down.dim(1)).contiguous();
        of("scratch", scratch).sameType(input).shape(input.dim(0), down.dim(1)).contiguous();
        of("y", y).sameType(input).shape(input.dim(0), up.dim(1));
        int[] rows = segments.cuRows();
        require(rows.length == segments.adapter().length + 1, "segments need one entry more of rows than of adapters");
        ascending("cuRows", rows);
        require(rows[rows.length - 1] <= input.dim(0), "segments have more rows than x");
        for (int adapter : segments.adapter()) {
            require(adapter >= 0 && adapter < down.dim(0), "there is no adapter " + adapter + " in the pool");
        }
    }

    // ---- Norm, activation, embedding -------------------------------------------------------------------------------

    static void rmsNorm(Tensor x, Tensor gamma, Tensor y, Tensor rstd) {
        TensorCheck input = of("x", x).act().shape(ANY, ANY).contiguous();
        of("gamma", gamma).sameType(input).shape(input.dim(1));
        of("y", y).sameType(input).sameShape(input).contiguous();
        of("rstd", rstd).f32().shape(input.dim(0));
    }

    static void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, Tensor sum, Tensor y, Tensor rstd) {
        rmsNorm(x, gamma, y, rstd);
        TensorCheck input = of("x", x);
        of("residual", residual).sameType(input).sameShape(input).contiguous();
        of("sum", sum).sameType(input).sameShape(input).contiguous();
    }

    static void rmsNormGrad(
            Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma) {
        rmsNorm(x, gamma, dx, rstd);
        TensorCheck input = of("x", x);
        of("dy", dy).sameType(input).sameShape(input).contiguous();
        if (dResidual != null) {
            of("dResidual", dResidual).sameType(input).sameShape(input).contiguous();
        }
        if (dGamma != null) {
            of("dGamma", dGamma).f32().shape(input.dim(1));
        }
    }

    static void swiGlu(Tensor gateUp, Tensor h) {
        TensorCheck out = of("h", h).act().shape(ANY, ANY).contiguous();
        of("gateUp", gateUp).sameType(out).shape(out.dim(0), 2 * out.dim(1)).contiguous();
    }

    static void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp) {
        swiGlu(gateUp, dh);
        TensorCheck input = of("gateUp", gateUp);
        of("dGateUp", dGateUp).sameType(input).sameShape(input).contiguous();
    }

    static void embedding(Tensor table, Tensor ids, Tensor out) {
        moveRows(table, ids, out, true);
    }

    static void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable) {
        of("dx", dx).act().shape(ANY, ANY).contiguous();
        of("dTable", dTable).f32().shape(ANY, dx.dim(1)).contiguous();
        of("order", ids.order()).i32().shape(dx.dim(0));
        of("starts", ids.starts()).i32();
        of("ids", ids.ids()).i32();
        require(
                ids.starts().elements() > ids.distinct() && ids.ids().elements() >= ids.distinct(),
                "starts and ids have not enough elements for " + ids.distinct() + " distinct ids");
    }

    // ---- Loss and optimiser ----------------------------------------------------------------------------------------

    static void crossEntropyStats(Tensor logits, Tensor targets, Tensor stats) {
        of("logits", logits).act().shape(ANY, ANY);
        of("targets", targets).i32().shape(logits.dim(0));
        of("stats", stats).f32().shape(3, logits.dim(0)).contiguous();
    }

    static void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        TensorCheck statistics = of("stats", stats).f32().shape(3, ANY).contiguous();
        of("targets", targets).i32().shape(statistics.dim(1));
        of("weights", weights).f32().shape(statistics.dim(1));
        of("nll", nll).f32().shape(statistics.dim(1));
        of("lossSum", lossSum).f32().shape(1);
    }

    static void crossEntropyGrad(Tensor logits, Tensor stats, Tensor targets, Tensor weights, Tensor dLogits) {
        crossEntropyStats(logits, targets, stats);
        of("weights", weights).f32().shape(logits.dim(0));
        of("dLogits", dLogits).act().shape(logits.shape());
    }

    static void squaredNorm(Tensor x, Tensor out) {
        of("x", x).f32().contiguous();
        of("out", out).f32().shape(1);
    }

    static void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        of("squaredNorm", squaredNorm).f32().shape(1);
        of("coefficient", coefficient).f32().shape(1);
        require(maxNorm > 0, "maxNorm is " + maxNorm + ", but must be positive");
    }

    static void adamW(
            Tensor parameter, Tensor m, Tensor v, Tensor gradient, Tensor gradientScale, int step, Tensor activations) {
        TensorCheck weights = of("parameter", parameter).f32().shape(ANY);
        of("m", m).f32().sameShape(weights);
        of("v", v).f32().sameShape(weights);
        of("gradient", gradient).f32().sameShape(weights);
        of("gradientScale", gradientScale).f32().shape(1);
        require(step >= 1, "step is " + step + ", but is counted from 1");
        if (activations != null) {
            of("activations", activations).act().sameShape(weights);
        }
    }

    // ---- Sampling --------------------------------------------------------------------------------------------------

    static void argmax(Tensor logits, Tensor out) {
        of("logits", logits).act().shape(ANY, ANY).contiguous();
        of("out", out).i32().shape(logits.dim(0));
    }

    static void topK(Tensor logits, Tensor values, Tensor indices) {
        of("logits", logits).act().shape(ANY, ANY).contiguous();
        TensorCheck best = of("values", values).f32().shape(logits.dim(0), ANY).contiguous();
        of("indices", indices).i32().sameShape(best).contiguous();
        require(best.dim(1) <= logits.dim(1), "values has more columns than logits");
    }

    static void sample(
            Tensor logits,
            Tensor temperature,
            Tensor topK,
            Tensor topP,
            Tensor minP,
            Tensor uniform,
            Tensor token,
            Tensor logprob) {
        long rows = of("logits", logits).f32().shape(ANY, ANY).contiguous().dim(0);
        of("temperature", temperature).f32().shape(rows);
        of("topK", topK).i32().shape(rows);
        of("topP", topP).f32().shape(rows);
        of("minP", minP).f32().shape(rows);
        of("uniform", uniform).f32().shape(rows);
        of("token", token).i32().shape(rows);
        of("logprob", logprob).f32().shape(rows);
    }
}
