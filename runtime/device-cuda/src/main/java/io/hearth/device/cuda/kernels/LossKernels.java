package io.hearth.device.cuda.kernels;

import static io.hearth.device.cuda.kernels.Geometry.THREADS;
import static io.hearth.device.cuda.kernels.Geometry.WARP;
import static io.hearth.device.cuda.kernels.Geometry.ceilDiv;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.LaunchArguments;
import io.hearth.device.cuda.driver.Stream;

/** Cross entropy and the optimiser: loss.cu, optimizer.cu. */
final class LossKernels {
    /** Most threads that read a row of logits together, and the accesses that each has under way. */
    private static final int MOST_ROW_THREADS = 1024;

    private static final int AHEAD = 4;

    /** Columns that a block makes the gradient of: STRETCH of loss.cu. */
    private static final int STRETCH = 8192;

    /** Most parts of a squared norm, and the size that they have at least and are a multiple of a fraction of. */
    private static final int MOST_PARTS = 1024;

    private static final long LEAST_PART = 16384;
    private static final long PART_STEP = 4096;

    private final KernelLibrary library;
    private final Workspace workspace;

    LossKernels(KernelLibrary library, Workspace workspace, Stream stream) {
        this.library = library;
        this.workspace = workspace;
    }

    // ---- Cross entropy ---------------------------------------------------------------------------------------------

    void crossEntropyStats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats) {
        KernelFunction kernel = library.function("cross_entropy_stats", logits.type());
        long accesses = ceilDiv(logits.cols(), Geometry.width(logits.type()));
        int threads = Math.clamp(Geometry.warps(ceilDiv(accesses, AHEAD)), WARP, MOST_ROW_THREADS);
        LaunchArguments arguments = kernel.arguments()
                .pointer(logits)
                .i64(logits.rowStride())
                .pointer(targets)
                .i64(vocabStart)
                .i32(merge ? 1 : 0)
                .pointer(stats)
                .i64(logits.rows())
                .i64(logits.cols());
        kernel.launch(arguments, logits.rows(), 1, 1, threads, 0);
    }

    void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum) {
        KernelFunction kernel = library.function("cross_entropy_loss");
        LaunchArguments arguments = kernel.arguments()
                .pointer(stats)
                .pointer(targets)
                .pointer(weights)
                .pointer(nll)
                .pointer(lossSum)
                .i64(targets.elements());
        kernel.launch(arguments, 1, 1, 1, THREADS, 0);
    }

    void crossEntropyGrad(Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits) {
        KernelFunction kernel = library.function(gradientOf(logits.type(), dLogits.type()), dLogits.type());
        long accesses = ceilDiv(Math.min(logits.cols(), STRETCH), Geometry.width(logits.type()));
        LaunchArguments arguments = kernel.arguments()
                .pointer(logits)
                .i64(logits.rowStride())
                .pointer(stats)
                .pointer(targets)
                .pointer(weights)
                .i64(vocabStart)
                .pointer(dLogits)
                .i64(dLogits.rowStride())
                .i64(logits.rows())
                .i64(logits.cols());
        int stretches = Math.toIntExact(ceilDiv(logits.cols(), STRETCH));
        kernel.launch(arguments, logits.rows(), stretches, 1, Math.clamp(Geometry.warps(accesses), WARP, THREADS), 0);
    }

    /** The kernels for logits of a type, by the type of their gradient. */
    private static String gradientOf(DType logits, DType gradient) {
        if (logits != gradient && logits != DType.F32 && gradient != DType.F32) {
            throw new IllegalArgumentException(
                    "logits are " + logits + " and their gradient " + gradient + ": two types of activations");
        }
        return switch (logits) {
            case BF16 -> "cross_entropy_grad_bf16";
            case F16 -> "cross_entropy_grad_f16";
            default -> "cross_entropy_grad_f32";
        };
    }

    // ---- Optimiser -------------------------------------------------------------------------------------------------

    void squaredNorm(Tensor x, Tensor out) {
        long count = x.elements();
        long size = Math.max(LEAST_PART, ceilDiv(ceilDiv(count, MOST_PARTS), PART_STEP) * PART_STEP);
        int parts = Math.toIntExact(ceilDiv(count, size));
        KernelFunction first = library.function("squared_norm_parts");
        LaunchArguments arguments =
                first.arguments().pointer(x).i64(count).i64(size).address(workspace.address());
        first.launch(arguments, parts, 1, 1, THREADS, 0);
        KernelFunction second = library.function("squared_norm_sum");
        second.launch(second.arguments().address(workspace.address()).i32(parts).pointer(out), 1, 1, 1, THREADS, 0);
    }

    void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient) {
        KernelFunction kernel = library.function("clip_coefficient");
        kernel.launch(kernel.arguments().pointer(squaredNorm).f32(maxNorm).pointer(coefficient), 1, 1, 1, WARP, 0);
    }

    void adamW(
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
        KernelFunction kernel = library.function("adam_w", activations == null ? DType.F32 : activations.type());
        double correction1 = 1 - Math.pow(beta1, step);
        double correction2 = 1 - Math.pow(beta2, step);
        LaunchArguments arguments = kernel.arguments()
                .pointer(parameter)
                .pointer(m)
                .pointer(v)
                .pointer(gradient)
                .pointer(gradientScale)
                .f32((float) (learningRate / correction1))
                .f32((float) (1 / Math.sqrt(correction2)))
                .f32(1 - learningRate * weightDecay)
                .f32(beta1)
                .f32(1 - beta1)
                .f32(beta2)
                .f32(1 - beta2)
                .f32(eps)
                .pointer(activations)
                .i64(parameter.elements());
        long accesses = ceilDiv(parameter.elements(), Geometry.width(DType.F32));
        kernel.launch(arguments, ceilDiv(accesses, THREADS), 1, 1, THREADS, 0);
    }
}
