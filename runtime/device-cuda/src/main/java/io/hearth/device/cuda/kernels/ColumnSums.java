package io.hearth.device.cuda.kernels;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.LaunchArguments;

/**
 * Sums over rows in two passes: sums of parts of the rows go to the workspace, then {@code add_parts} of columns.cu adds them up
 * in their order. How rows are cut depends on the shape alone, and so do the bits of the result.
 */
final class ColumnSums {
    /** Enough to keep a large card busy together with the tiles of the columns. */
    private static final long MOST_PARTS = 128;

    private static final long LEAST_ROWS_PER_PART = 32;

    private final KernelLibrary library;
    private final Workspace workspace;

    ColumnSums(KernelLibrary library, Workspace workspace) {
        this.library = library;
        this.workspace = workspace;
    }

    /**
     * A sum that is about to be made.
     *
     * @param address of the parts' sums, f32 [parts, width]
     * @param tiles blocks that share the columns
     */
    record Parts(long address, long rows, long width, long rowsPerPart, int count, long tiles) {}

    /** Cuts {@code rows} of {@code width} columns into parts. */
    Parts parts(DType type, long rows, long width) {
        long most = Math.clamp(Workspace.BYTES / (4 * Math.max(1, width)), 1, MOST_PARTS);
        long rowsPerPart = Math.max(LEAST_ROWS_PER_PART, Geometry.ceilDiv(rows, most));
        int count = Math.toIntExact(Geometry.ceilDiv(rows, rowsPerPart));
        long tiles = Geometry.ceilDiv(width, (long) Geometry.WARP * Geometry.width(type));
        return new Parts(workspace.address(), rows, width, rowsPerPart, count, tiles);
    }

    /** Launches the first pass, and the second which adds to {@code out}, f32 [width]. */
    void add(KernelFunction firstPass, LaunchArguments arguments, Parts parts, Tensor out) {
        firstPass.launch(arguments, parts.tiles, parts.count, 1, Geometry.THREADS, 0);
        KernelFunction kernel = library.function("add_parts");
        LaunchArguments second = kernel.arguments()
                .address(parts.address)
                .pointer(out)
                .i32(parts.count)
                .i64(parts.width);
        kernel.launch(second, Geometry.ceilDiv(parts.width, Geometry.WARP), 1, 1, Geometry.THREADS, 0);
    }
}
