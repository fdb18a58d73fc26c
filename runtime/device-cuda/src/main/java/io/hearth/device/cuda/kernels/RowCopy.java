package io.hearth.device.cuda.kernels;

import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.LaunchArguments;

/** Copies of rows of one type, by their numbers or by indices on the card: rows.cu. */
final class RowCopy {
    private RowCopy() {}

    /**
     * Queues the copy of {@code rows} rows.
     *
     * @param sourceIndex i32[rows], or null for the row's own number
     * @param targetIndex i32[rows], or null for the row's own number
     */
    static void launch(
            KernelLibrary library, Tensor source, Tensor sourceIndex, Tensor target, Tensor targetIndex, long rows) {
        int bytes = source.type().bytes();
        long rowBytes = (long) source.cols() * bytes;
        KernelFunction kernel = library.function("copy_rows");
        Geometry.Rows grid = Geometry.Rows.of(rows, Geometry.ceilDiv(rowBytes, 16));
        LaunchArguments arguments = kernel.arguments()
                .pointer(source)
                .i64(source.rowStride() * bytes)
                .pointer(sourceIndex)
                .pointer(target)
                .i64(target.rowStride() * bytes)
                .pointer(targetIndex)
                .i64(rows)
                .i64(rowBytes)
                .i32(grid.lanes());
        kernel.launch(arguments, grid.blocks(), 1, 1, grid.threads(), 0);
    }
}
