package io.hearth.device.cpu.kernels;

import static io.hearth.device.cpu.host.NativeFunction.failed;

import io.hearth.device.DType;
import io.hearth.device.Tensor;

/**
 * Loss, optimiser and sampling.
 *
 * <p>Every method answers false, without having done anything, where there is no such kernel for the type.
 */
final class LossKernels {
    private final Functions functions;

    LossKernels(Functions functions) {
        this.functions = functions;
    }

    boolean stats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) {
        ActFunctions act = functions.of(logits.type());
        if (act == null) {
            return false;
        }
        try {
            act.crossEntropyStats.invokeExact(
                    logits.address(),
                    logits.rowStride(),
                    targets.address(),
                    (long) vocabStart,
                    merge ? 1 : 0,
                    stats.address(),
                    (long) logits.rows(),
                    (long) logits.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean loss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        if (!functions.present()) {
            return false;
        }
        try {
            functions.crossEntropyLoss.invokeExact(
                    stats.address(),
                    targets.address(),
                    weights.address(),
                    nll.address(),
                    lossSum.address(),
                    targets.elements());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean gradient(Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) {
        ActFunctions act = functions.of(logits.type());
        if (act == null || dLogits.type() == DType.F16) {
            return false;
        }
        try {
            act.crossEntropyGrad.invokeExact(
                    logits.address(),
                    logits.rowStride(),
                    stats.address(),
                    targets.address(),
                    weights.address(),
                    (long) vocabStart,
                    dLogits.address(),
                    dLogits.rowStride(),
                    dLogits.type() == DType.BF16 ? 1 : 0,
                    (long) logits.rows(),
                    (long) logits.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean squaredNorm(Tensor x, Tensor out) {
        if (!functions.present()) {
            return false;
        }
        try {
            functions.squaredNorm.invokeExact(x.address(), out.address(), x.elements());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean adamW(
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
        if (!functions.present() || activations != null && activations.type() == DType.F16) {
            return false;
        }
        boolean bf16 = activations != null && activations.type() == DType.BF16;
        try {
            functions.adamW.invokeExact(
                    parameter.address(),
                    m.address(),
                    v.address(),
                    gradient.address(),
                    gradientScale.address(),
                    step,
                    learningRate,
                    beta1,
                    beta2,
                    eps,
                    weightDecay,
                    LayerKernels.at(activations),
                    bf16 ? 1 : 0,
                    parameter.elements());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean argmax(Tensor logits, Tensor out) {
        ActFunctions act = functions.of(logits.type());
        if (act == null) {
            return false;
        }
        try {
            act.argmax.invokeExact(logits.address(), out.address(), (long) logits.rows(), (long) logits.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean topK(Tensor logits, Tensor values, Tensor indices) {
        ActFunctions act = functions.of(logits.type());
        if (act == null) {
            return false;
        }
        try {
            act.topK.invokeExact(
                    logits.address(),
                    values.address(),
                    indices.address(),
                    (long) logits.rows(),
                    (long) logits.cols(),
                    (long) values.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    boolean sample(
            Tensor logits,
            Tensor temperature,
            Tensor topK,
            Tensor topP,
            Tensor minP,
            Tensor uniform,
            Tensor token,
            Tensor logprob) {
        if (!functions.present()) {
            return false;
        }
        try {
            functions.sample.invokeExact(
                    logits.address(),
                    temperature.address(),
                    topK.address(),
                    topP.address(),
                    minP.address(),
                    uniform.address(),
                    token.address(),
                    logprob.address(),
                    (long) logits.rows(),
                    (long) logits.cols());
            return true;
        } catch (Throwable e) {
            throw failed(e);
        }
    }
}
