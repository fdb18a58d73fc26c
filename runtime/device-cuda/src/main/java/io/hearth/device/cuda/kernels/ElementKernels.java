package io.hearth.device.cuda.kernels;

import static io.hearth.device.cuda.kernels.Geometry.THREADS;
import static io.hearth.device.cuda.kernels.Geometry.ceilDiv;

import io.hearth.device.Bfloat16;
import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.LaunchArguments;
import io.hearth.device.cuda.driver.Stream;

/** Memory, elementwise operations, rows by index and dropout: elementwise.cu, rows.cu, dropout.cu. */
final class ElementKernels {
    /** Step of the SplitMix64 generator. */
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    /** Elements that a thread of dropout makes at a time. */
    private static final int DROPOUT_CHUNK = 16;

    /** Elements of a converting copy's row that a thread moves at a time. */
    private static final int CONVERTED_CHUNK = 8;

    private static final long FLAT_ROW = (long) THREADS * CONVERTED_CHUNK;

    private final KernelLibrary library;
    private final Stream stream;

    ElementKernels(KernelLibrary library, Workspace workspace, Stream stream) {
        this.library = library;
        this.stream = stream;
    }

    void fill(Tensor x, float value) {
        int pattern = pattern(x.type(), value);
        if (pattern == 0) {
            stream.fillBytes(x.address(), 0, x.bytes());
            return;
        }
        KernelFunction kernel = library.function("fill");
        LaunchArguments arguments = kernel.arguments().pointer(x).i64(x.bytes()).i32(pattern);
        share(kernel, arguments, ceilDiv(x.bytes(), 16));
    }

    /** The element as it lies in memory; twice if it has two bytes. */
    private static int pattern(DType type, float value) {
        return switch (type) {
            case F32 -> Float.floatToRawIntBits(value);
            case I32 -> (int) value;
            case BF16 -> twice(Bfloat16.fromFloat(value));
            case F16 -> twice(Float.floatToFloat16(value));
            case I8 -> throw new IllegalArgumentException("fill does not fill " + type);
        };
    }

    private static int twice(short bits) {
        return (bits & 0xffff) * 0x10001;
    }

    void copy(Tensor source, Tensor target) {
        if (source.type() != target.type()) {
            convert(source, target);
        } else if (source.isContiguous() && target.isContiguous()) {
            stream.copyOnCard(source.address(), target.address(), source.bytes());
        } else {
            RowCopy.launch(library, source, null, target, null, source.rows());
        }
    }

    private void convert(Tensor source, Tensor target) {
        if (source.isContiguous() && target.isContiguous()) {
            convertFlat(source.reshape(source.elements()), target.reshape(target.elements()));
        } else {
            convert(source, source.rowStride(), target, target.rowStride(), source.rows(), source.cols());
        }
    }

    /** Cuts one long row into rows that a block moves by one access of each thread. */
    private void convertFlat(Tensor source, Tensor target) {
        long count = source.elements();
        long rows = count / FLAT_ROW;
        convert(source, FLAT_ROW, target, FLAT_ROW, rows, FLAT_ROW);
        long rest = count - rows * FLAT_ROW;
        Tensor from = source.slice(rows * FLAT_ROW, rest);
        convert(from, rest, target.slice(rows * FLAT_ROW, rest), rest, rest == 0 ? 0 : 1, rest);
    }

    private void convert(Tensor source, long sourceStride, Tensor target, long targetStride, long rows, long width) {
        KernelFunction kernel = library.function(converter(source.type()), target.type());
        Geometry.Rows grid = Geometry.Rows.of(rows, ceilDiv(width, CONVERTED_CHUNK));
        LaunchArguments arguments = kernel.arguments()
                .pointer(source)
                .i64(sourceStride)
                .pointer(target)
                .i64(targetStride)
                .i64(rows)
                .i64(width)
                .i32(grid.lanes());
        kernel.launch(arguments, grid.blocks(), 1, 1, grid.threads(), 0);
    }

    private static String converter(DType source) {
        return switch (source) {
            case F32 -> "copy_f32";
            case BF16 -> "copy_bf16";
            case F16 -> "copy_f16";
            case I32, I8 -> throw new IllegalArgumentException(source + " is not converted");
        };
    }

    void add(Tensor a, Tensor b, Tensor out) {
        KernelFunction kernel = library.function("add", out.type());
        LaunchArguments arguments =
                kernel.arguments().pointer(a).pointer(b).pointer(out).i64(out.elements());
        shareElements(kernel, arguments, out);
    }

    void axpy(float alpha, Tensor x, Tensor y) {
        KernelFunction kernel = library.function("axpy", y.type());
        LaunchArguments arguments =
                kernel.arguments().f32(alpha).pointer(x).pointer(y).i64(y.elements());
        shareElements(kernel, arguments, y);
    }

    void scale(Tensor x, float factor) {
        KernelFunction kernel = library.function("scale", x.type());
        LaunchArguments arguments = kernel.arguments().pointer(x).f32(factor).i64(x.elements());
        shareElements(kernel, arguments, x);
    }

    void scale(Tensor x, Tensor factor) {
        KernelFunction kernel = library.function("scale_by", x.type());
        LaunchArguments arguments =
                kernel.arguments().pointer(x).pointer(factor).i64(x.elements());
        shareElements(kernel, arguments, x);
    }

    void gatherRows(Tensor source, Tensor index, Tensor target) {
        RowCopy.launch(library, source, index, target, null, target.dim(0));
    }

    void scatterRows(Tensor source, Tensor index, Tensor target) {
        RowCopy.launch(library, source, null, target, index, source.dim(0));
    }

    void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) {
        KernelFunction kernel = library.function("dropout", x.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(x)
                .i64(mix(seed) + (offset + 1) * GOLDEN_GAMMA)
                .i32((int) Math.ceil(probability * 0x1p24))
                .f32(1 / (1 - probability))
                .pointer(y)
                .pointer(mask)
                .i64(x.elements());
        share(kernel, arguments, ceilDiv(x.elements(), DROPOUT_CHUNK));
    }

    /** SplitMix64's output function, by which a seed becomes the generator's first state. */
    private static long mix(long seed) {
        long z = (seed ^ (seed >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) {
        KernelFunction kernel = library.function("dropout_grad", dy.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(dy)
                .pointer(mask)
                .f32(1 / (1 - probability))
                .pointer(dx)
                .i64(dy.elements());
        share(kernel, arguments, ceilDiv(dy.elements(), DROPOUT_CHUNK));
    }

    private void shareElements(KernelFunction kernel, LaunchArguments arguments, Tensor x) {
        share(kernel, arguments, ceilDiv(x.elements(), Geometry.width(x.type())));
    }

    private void share(KernelFunction kernel, LaunchArguments arguments, long chunks) {
        kernel.launch(arguments, Geometry.sharedBlocks(chunks, library.multiprocessors()), 1, 1, THREADS, 0);
    }
}
