package io.hearth.device.cuda.kernels;

import static io.hearth.device.cuda.kernels.Geometry.THREADS;
import static io.hearth.device.cuda.kernels.Geometry.WARP;
import static io.hearth.device.cuda.kernels.Geometry.ceilDiv;

import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.LaunchArguments;
import io.hearth.device.cuda.driver.Stream;

/** Picking tokens from rows of logits: sampling.cu, sample.cu. */
final class SamplingKernels {
    /** Elements of a row that one block finds the peak of: PART of sampling.cu. */
    private static final int PART = 8192;

    /** A part's largest logit, its index, and its sum of exponentials. */
    private static final int BYTES_PER_PART = 12;

    private static final int MOST_ROWS = 65535;

    /** Threads of a block that orders elements of a row. */
    private static final int ORDER_THREADS = 1024;

    /** Fewest keys that are sorted. */
    private static final int LEAST_SORTED = 64;

    /** So many weights of 42 bits, and a sum is still exact. */
    private static final int MOST_SAMPLED = 1 << 22;

    private final KernelLibrary library;
    private final Workspace workspace;

    SamplingKernels(KernelLibrary library, Workspace workspace, Stream stream) {
        this.library = library;
        this.workspace = workspace;
    }

    /** Where the peaks of the parts of some rows are. */
    private record Peaks(int parts, long tops, long ats, long sums) {
        LaunchArguments to(LaunchArguments arguments) {
            return arguments.address(tops).address(ats).address(sums);
        }
    }

    private static int parts(Tensor logits) {
        return Math.toIntExact(ceilDiv(logits.cols(), PART));
    }

    /** Rows whose peaks have room in the workspace. */
    private static int rowsAtOnce(Tensor logits) {
        return (int) Math.min(MOST_ROWS, Workspace.BYTES / ((long) BYTES_PER_PART * parts(logits)));
    }

    private Peaks peaks(Tensor logits) {
        int parts = parts(logits);
        long bytes = 4L * logits.rows() * parts;
        Peaks peaks =
                new Peaks(parts, workspace.address(), workspace.address() + bytes, workspace.address() + 2 * bytes);
        KernelFunction kernel = library.function("row_peaks", logits.type());
        LaunchArguments arguments = kernel.arguments().pointer(logits).i64(logits.cols());
        kernel.launch(peaks.to(arguments), parts, logits.rows(), 1, THREADS, 0);
        return peaks;
    }

    void argmax(Tensor logits, Tensor out) {
        int group = rowsAtOnce(logits);
        for (int from = 0; from < logits.rows(); from += group) {
            int to = Math.min(logits.rows(), from + group);
            Peaks peaks = peaks(logits.rows(from, to));
            KernelFunction kernel = library.function("argmax_of_peaks");
            LaunchArguments arguments =
                    peaks.to(kernel.arguments()).i32(peaks.parts).pointer(out.rows(from, to));
            kernel.launch(arguments, to - from, 1, 1, WARP, 0);
        }
    }

    void topK(Tensor logits, Tensor values, Tensor indices) {
        long spacePerRow = Math.max(LEAST_SORTED, Long.highestOneBit(2L * logits.cols() - 1));
        int group = (int) Math.min(Integer.MAX_VALUE, Workspace.BYTES / (Long.BYTES * spacePerRow));
        if (group == 0) {
            throw new IllegalArgumentException("topK takes rows of up to " + Workspace.BYTES / Long.BYTES
                    + " logits on a card, but they have " + logits.cols());
        }
        KernelFunction kernel = library.function("top_k", logits.type());
        for (int from = 0; from < values.rows(); from += group) {
            int to = Math.min(values.rows(), from + group);
            LaunchArguments arguments = kernel.arguments()
                    .pointer(logits.rows(from, to))
                    .i64(logits.cols())
                    .i32(values.cols())
                    .address(workspace.address())
                    .i64(spacePerRow)
                    .pointer(values.rows(from, to))
                    .pointer(indices.rows(from, to));
            kernel.launch(arguments, to - from, 1, 1, ORDER_THREADS, 0);
        }
    }

    void sample(
            Tensor logits,
            Tensor temperature,
            Tensor topK,
            Tensor topP,
            Tensor minP,
            Tensor uniform,
            Tensor token,
            Tensor logprob) {
        if (logits.cols() > MOST_SAMPLED) {
            throw new IllegalArgumentException("a token is drawn from up to " + MOST_SAMPLED
                    + " logits on a card, but a row has " + logits.cols());
        }
        int group = rowsAtOnce(logits);
        for (int from = 0; from < logits.rows(); from += group) {
            int to = Math.min(logits.rows(), from + group);
            Tensor rows = logits.rows(from, to);
            Peaks peaks = peaks(rows);
            KernelFunction kernel = library.function("sample");
            LaunchArguments arguments = kernel.arguments()
                    .pointer(rows)
                    .i64(logits.cols())
                    .pointer(temperature.rows(from, to))
                    .pointer(topK.rows(from, to))
                    .pointer(topP.rows(from, to))
                    .pointer(minP.rows(from, to))
                    .pointer(uniform.rows(from, to));
            peaks.to(arguments).i32(peaks.parts).pointer(token.rows(from, to)).pointer(logprob.rows(from, to));
            kernel.launch(arguments, to - from, 1, 1, ORDER_THREADS, 0);
        }
    }
}
