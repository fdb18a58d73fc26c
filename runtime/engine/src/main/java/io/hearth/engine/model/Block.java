package io.hearth.engine.model;

import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.util.List;
import java.util.stream.Stream;

/**
 * One decoder layer: {@code h + attention(norm(h))}, and on that sum {@code h + mlp(norm(h))}.
 *
 * <p>Keeps its input, the sum in the middle and the two normalised inputs. With recomputation it keeps its input alone and
 * runs forward again before it runs backward.
 */
final class Block implements AutoCloseable {
    private final RmsNorm inputNorm;
    private final Attention attention;
    private final RmsNorm postAttentionNorm;
    private final GatedMlp mlp;
    private final boolean recompute;

    private Tensor input;
    private Tensor attentionInput;
    private Tensor middle;
    private Tensor mlpInput;

    Block(Device device, ModelConfig config, int layer, Weights.Layer weights, boolean recompute) {
        this.inputNorm = new RmsNorm(weights.inputNorm(), config.rmsNormEps());
        this.attention = new Attention(device, config, layer, weights);
        this.postAttentionNorm = new RmsNorm(weights.postAttentionNorm(), config.rmsNormEps());
        this.mlp = new GatedMlp(device, config, layer, weights);
        this.recompute = recompute;
    }

    List<Linear> linears() {
        return Stream.concat(attention.linears().stream(), mlp.linears().stream())
                .toList();
    }

    /**
     * @param h residual stream [T, H]; overwritten in inference
     * @return residual stream after this layer
     */
    Tensor forward(Step step, Tensor h) {
        Tensor next = step.training ? step.keep(step.act, h.shape()) : h;
        long keptMark = step.kept.mark();
        run(step, h, next);
        if (!step.training || recompute) {
            step.kept.release(keptMark);
        }
        return next;
    }

    private void run(Step step, Tensor h, Tensor next) {
        input = h;
        attentionInput = step.keep(step.act, h.shape());
        middle = step.training ? step.keep(step.act, h.shape()) : h;
        mlpInput = step.keep(step.act, h.shape());
        long mark = step.scratch.mark();
        Tensor change = step.scratch(step.act, h.shape());
        inputNorm.forward(step, h, attentionInput);
        attention.forward(step, attentionInput, change);
        postAttentionNorm.forwardOfSum(step, h, change, middle, mlpInput);
        mlp.forward(step, mlpInput, change);
        step.kernels.add(middle, change, next);
        step.scratch.release(mark);
    }

    /**
     * @param stream gradient of the residual stream after this layer [T, H]; becomes the one before it
     * @param needsInputGradient false if nothing below this layer is trained: the stream is then undefined afterwards
     */
    void backward(Step step, Tensor stream, boolean needsInputGradient) {
        long keptMark = step.kept.mark();
        long mark = step.scratch.mark();
        if (recompute) {
            run(step, input, step.scratch(step.act, stream.shape()));
        }
        Tensor gradient = step.scratch(step.act, stream.shape());
        mlp.backward(step, mlpInput, stream, gradient);
        postAttentionNorm.backward(step, gradient, middle, stream, stream);
        boolean needed = needsInputGradient || inputNorm.isTrained();
        attention.backward(step, attentionInput, stream, needed ? gradient : null);
        if (needed) {
            inputNorm.backward(step, gradient, input, stream, stream);
        }
        step.scratch.release(mark);
        step.kept.release(keptMark);
    }

    @Override
    public void close() {
        attention.close();
        mlp.close();
    }
}
