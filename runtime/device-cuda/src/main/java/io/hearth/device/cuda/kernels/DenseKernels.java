package io.hearth.device.cuda.kernels;

import static io.hearth.device.cuda.kernels.Geometry.THREADS;
import static io.hearth.device.cuda.kernels.Geometry.ceilDiv;

import io.hearth.device.DType;
import io.hearth.device.LoraSegments;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.blas.Gemm;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.LaunchArguments;
import io.hearth.device.cuda.driver.Stream;

/** Matrix products: our own kernels for few rows (linear.cu, lora.cu), cuBLASLt above. */
final class DenseKernels {
    /** Up to so many rows a row's result does not depend on the others: one kernel with one order of sums. */
    static final int FEW_ROWS = 16;

    /** Rows up to which lora.cu serves all segments, whatever their lengths: those of a decoding step. */
    private static final int DECODED_ROWS = 256;

    /** Longest segment of a longer batch that lora.cu serves. */
    private static final int SHORT_SEGMENT = 64;

    /** Output features of a block: STRIP of strip.h. */
    private static final int STRIP = 16;

    /** Rows of a block: TILE of lora.cu, and the fewest of linear.cu. */
    private static final int TILE = 8;

    /** Columns of a block of lora_up, one a thread: UP_THREADS of lora.cu. */
    private static final int UP_THREADS = 128;

    private final KernelLibrary library;
    private final Stream stream;
    private final Gemm gemm;

    DenseKernels(KernelLibrary library, Workspace workspace, Stream stream, Gemm gemm) {
        this.library = library;
        this.stream = stream;
        this.gemm = gemm;
    }

    PreparedWeight prepareWeight(Tensor weight) {
        return new PlainWeight(weight);
    }

    void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out) {
        gemm.matmul(a, transposeA, b, transposeB, alpha, beta, null, out);
    }

    void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y) {
        product(x, ((PlainWeight) weight).weight(), bias, y);
    }

    void weightGrad(Tensor dy, Tensor x, Tensor dWeight) {
        gemm.matmul(dy, true, x, false, 1, 1, null, dWeight);
    }

    void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y) {
        for (int group = 0; group + 1 < hostOffsets.length; group++) {
            int from = hostOffsets[group];
            int to = hostOffsets[group + 1];
            if (from < to) {
                product(x.rows(from, to), matrix(weight, group), null, y.rows(from, to));
            }
        }
    }

    private static Tensor matrix(Tensor stack, int index) {
        return stack.rows(index, index + 1).reshape(stack.dim(1), stack.dim(2));
    }

    private void product(Tensor x, Tensor weight, Tensor bias, Tensor y) {
        if (x.rows() > FEW_ROWS) {
            gemm.matmul(x, false, weight, true, 1, 0, bias, y);
            return;
        }
        int tile = x.type() == DType.F32 || x.rows() <= TILE ? TILE : FEW_ROWS;
        KernelFunction kernel = library.function(tile == TILE ? "linear_8" : "linear_16", x.type());
        boolean wide = y.type() == DType.F32 && x.type() != DType.F32;
        LaunchArguments arguments = kernel.arguments()
                .pointer(x)
                .i64(x.rowStride())
                .i32(x.rows())
                .pointer(weight)
                .i64(weight.cols())
                .i64(weight.rows())
                .pointer(bias)
                .pointer(wide ? null : y)
                .pointer(wide ? y : null)
                .i64(y.rowStride());
        kernel.launch(arguments, ceilDiv(weight.rows(), STRIP), Math.ceilDiv(x.rows(), tile), 1, THREADS, 0);
    }

    // ---- Adapters --------------------------------------------------------------------------------------------------

    /**
     * See {@link io.hearth.device.Kernels#lora}. Our own kernel takes lengths from the card; where a batch is longer than a
     * decoding step, and not being recorded, its long segments are cuBLASLt's.
     */
    void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y) {
        boolean bounded = x.rows() > DECODED_ROWS && !stream.recording();
        boolean anyShort = !bounded;
        int[] cuRows = segments.cuRows();
        for (int s = 0; bounded && s < segments.adapter().length; s++) {
            int from = cuRows[s];
            int to = cuRows[s + 1];
            if (to - from <= SHORT_SEGMENT) {
                anyShort |= from < to;
                continue;
            }
            Tensor low = scratch.rows(from, to);
            gemm.matmul(x.rows(from, to), false, matrix(a, segments.adapter()[s]), true, 1, 0, null, low);
            gemm.matmul(low, false, matrix(b, segments.adapter()[s]), true, 1, 1, null, y.rows(from, to));
        }
        if (anyShort && segments.adapter().length > 0) {
            shortSegments(x, a, b, segments, scratch, y, bounded ? SHORT_SEGMENT : Integer.MAX_VALUE);
        }
    }

    private void shortSegments(
            Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y, int longest) {
        int tiles = Math.ceilDiv(x.rows(), TILE);
        long rank = a.dim(1);
        KernelFunction down = library.function("lora_down", x.type());
        LaunchArguments arguments =
                down.arguments().pointer(x).pointer(a).i64(x.cols()).i64(rank);
        withSegments(arguments, segments, longest).pointer(scratch).i64(x.rows());
        down.launch(arguments, ceilDiv(rank, STRIP), tiles, 1, THREADS, 0);

        KernelFunction up = library.function("lora_up", x.type());
        arguments = up.arguments().pointer(scratch).pointer(b).i64(rank).i64(y.cols());
        withSegments(arguments, segments, longest).pointer(y).i64(y.rowStride()).i64(x.rows());
        int kept = Math.toIntExact(TILE * rank * Float.BYTES);
        up.launch(arguments, ceilDiv(y.cols(), UP_THREADS), tiles, 1, UP_THREADS, kept);
    }

    private static LaunchArguments withSegments(LaunchArguments arguments, LoraSegments segments, int longest) {
        return arguments
                .pointer(segments.adapterDevice())
                .pointer(segments.cuRowsDevice())
                .i32(segments.adapter().length)
                .i32(longest);
    }
}
