package io.hearth.device.cuda.kernels;

import static io.hearth.device.cuda.kernels.Geometry.ceilDiv;

import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.LaunchArguments;
import io.hearth.device.cuda.driver.Stream;

/**
 * Attention of packed sequences and its gradient: attention.cu and attention_grad*.cu on tensor cores, attention_any.cu for
 * f32 and for head sizes that are not multiples of 8 up to 128.
 */
final class AttentionKernels {
    private static final String[] FORWARD = AttentionTiles.names("attention");
    private static final String[] GRAD_QUERIES = AttentionTiles.names("attention_grad_queries");
    private static final String[] GRAD_KEYS = AttentionTiles.names("attention_grad_keys");

    /** Blocks of the key pass to a multiprocessor, below which rows are divided among more: two run at once. */
    private static final int BUSY = 4;

    private static final int MOST_PARTS = 8;

    /** Fewest steps of a part that are worth adding its results up. */
    private static final int STEPS_OF_A_PART = 8;

    private final KernelLibrary library;
    private final Workspace workspace;

    AttentionKernels(KernelLibrary library, Workspace workspace, Stream stream) {
        this.library = library;
        this.workspace = workspace;
    }

    void attention(Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats) {
        long addresses = q.address() | k.address() | v.address() | out.address();
        int tile = AttentionTiles.tile(q.type(), q.dim(2), scale, addresses);
        Call call = new Call(q, k, lens, scale, window);
        if (tile < 0) {
            AttentionTiles.Any any = AttentionTiles.Any.of(2, q.dim(2), library.sharedBytesPerBlock());
            KernelFunction kernel = library.function("attention_any", q.type());
            LaunchArguments arguments = call.shapes(
                            kernel.arguments().pointer(q).pointer(k).pointer(v))
                    .i32(any.rows())
                    .pointer(out)
                    .pointer(stats);
            kernel.launch(arguments, call.tiles(any.rows()), call.keyHeads(), 1, any.threads(), any.sharedBytes());
            return;
        }
        KernelFunction kernel = library.function(FORWARD[tile], q.type());
        LaunchArguments arguments = call.shapes(
                        kernel.arguments().pointer(q).pointer(k).pointer(v))
                .pointer(out)
                .pointer(stats);
        int shared = AttentionTiles.bytes(tile, AttentionTiles.FORWARD_ROWS + 2 * 64);
        kernel.launch(
                arguments, call.tiles(AttentionTiles.FORWARD_ROWS), call.keyHeads(), 1, AttentionTiles.THREADS, shared);
    }

    /** Rows of a call, and the arguments that all kernels take in the same order. */
    private record Call(Tensor q, Tensor k, SeqLens lens, float scale, int window) {
        LaunchArguments shapes(LaunchArguments arguments) {
            return arguments
                    .pointer(lens.cuQDevice())
                    .i32(lens.sequences())
                    .i64(q.dim(0))
                    .i32((int) q.dim(1))
                    .i32(keyHeads())
                    .i32((int) q.dim(2))
                    .f32(scale)
                    .i32(window);
        }

        int keyHeads() {
            return (int) k.dim(1);
        }

        long group() {
            return q.dim(1) / k.dim(1);
        }

        long tiles(int rows) {
            return AttentionTiles.tiles(lens, group(), rows, 0);
        }

        long keyTiles(int keys) {
            return AttentionTiles.tiles(lens, 1, keys, 0);
        }
    }

    // ---- Gradient --------------------------------------------------------------------------------------------------

    void attentionGrad(
            Tensor dOut,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor stats,
            SeqLens lens,
            float scale,
            int window,
            Tensor dq,
            Tensor dk,
            Tensor dv) {
        Call call = new Call(q, k, lens, scale, window);
        long deltaBytes = delta(dOut, out, k);
        long addresses = dOut.address() | q.address() | k.address() | v.address();
        addresses |= dq.address() | dk.address() | dv.address();
        int tile = AttentionTiles.tile(q.type(), q.dim(2), scale, addresses);
        if (tile < 0) {
            anyGrad(dOut, q, k, v, stats, call, dq, dk, dv);
            return;
        }
        KernelFunction queries = library.function(GRAD_QUERIES[tile], q.type());
        LaunchArguments arguments = call.shapes(inputs(queries, dOut, q, k, v, stats));
        int rows = AttentionTiles.gradRows(tile);
        int shared = AttentionTiles.bytes(tile, Math.max(2 * rows, 4 * AttentionTiles.GRAD_STEP));
        queries.launch(arguments.pointer(dq), call.tiles(rows), call.keyHeads(), 1, AttentionTiles.THREADS, shared);
        keyPass(dOut, q, k, v, stats, call, tile, deltaBytes, dk, dv);
    }

    private LaunchArguments inputs(KernelFunction kernel, Tensor dOut, Tensor q, Tensor k, Tensor v, Tensor stats) {
        return kernel.arguments()
                .pointer(dOut)
                .pointer(q)
                .pointer(k)
                .pointer(v)
                .pointer(stats)
                .address(workspace.address());
    }

    /** Leaves dOut . out of each row at the beginning of the workspace, and answers how many bytes that takes. */
    private long delta(Tensor dOut, Tensor out, Tensor k) {
        long rows = dOut.dim(0) * dOut.dim(1);
        long bytes = ceilDiv(rows * Float.BYTES, 256) * 256;
        if (bytes > Workspace.BYTES) {
            throw new IllegalArgumentException("the gradient of attention takes up to "
                    + Workspace.BYTES / Float.BYTES + " rows, tokens times heads, not " + rows
                    + ": cut the batch into smaller ones");
        }
        KernelFunction kernel = library.function("attention_grad_delta", dOut.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(dOut)
                .pointer(out)
                .i64(dOut.dim(0))
                .i32((int) dOut.dim(1))
                .i32((int) k.dim(1))
                .i32((int) dOut.dim(2))
                .address(workspace.address());
        long blocks = Math.min(ceilDiv(rows, 4), 16L * library.multiprocessors());
        kernel.launch(arguments, blocks, 1, 1, 128, 0);
        return bytes;
    }

    /** Early keys are seen by many rows: where there are few tiles of keys, their rows are divided among several blocks. */
    private void keyPass(
            Tensor dOut,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor stats,
            Call call,
            int tile,
            long deltaBytes,
            Tensor dk,
            Tensor dv) {
        long tiles = call.keyTiles(AttentionTiles.GRAD_KEYS);
        long bytesOfAPart = 2 * k.elements() * Float.BYTES;
        long wanted = tiles == 0 ? 1 : ceilDiv((long) BUSY * library.multiprocessors(), tiles * call.keyHeads());
        long steps = ceilDiv(call.lens.maxQ() * call.group(), AttentionTiles.GRAD_STEP);
        long room = (Workspace.BYTES - deltaBytes) / Math.max(1, bytesOfAPart);
        long most = Math.min(MOST_PARTS, Math.min(steps / STEPS_OF_A_PART, room));
        int parts = (int) Math.clamp(wanted, 1, Math.max(1, most));
        long partial = workspace.address() + deltaBytes;
        KernelFunction kernel = library.function(GRAD_KEYS[tile], q.type());
        LaunchArguments arguments = call.shapes(inputs(kernel, dOut, q, k, v, stats))
                .pointer(dk)
                .pointer(dv)
                .address(partial);
        int rows = 2 * AttentionTiles.GRAD_KEYS + 4 * AttentionTiles.GRAD_STEP;
        // Weights of two pairs of warps, and statistics of two steps.
        int shared = AttentionTiles.bytes(tile, rows) + 8192 + 512;
        kernel.launch(arguments, tiles, call.keyHeads(), parts, AttentionTiles.THREADS, shared);
        if (parts > 1) {
            KernelFunction sum = library.function("attention_grad_sum", k.type());
            arguments = sum.arguments()
                    .address(partial)
                    .i32(parts)
                    .i64(k.elements())
                    .pointer(dk)
                    .pointer(dv);
            sum.launch(
                    arguments,
                    Geometry.sharedBlocks(k.elements(), library.multiprocessors()),
                    1,
                    1,
                    Geometry.THREADS,
                    0);
        }
    }

    private void anyGrad(
            Tensor dOut, Tensor q, Tensor k, Tensor v, Tensor stats, Call call, Tensor dq, Tensor dk, Tensor dv) {
        AttentionTiles.Any any = AttentionTiles.Any.of(3, q.dim(2), library.sharedBytesPerBlock());
        KernelFunction queries = library.function("attention_grad_queries_any", q.type());
        LaunchArguments arguments = call.shapes(inputs(queries, dOut, q, k, v, stats))
                .i32(any.rows())
                .pointer(dq);
        queries.launch(arguments, call.tiles(any.rows()), call.keyHeads(), 1, any.threads(), any.sharedBytes());
        any = AttentionTiles.Any.of(4, q.dim(2), library.sharedBytesPerBlock());
        KernelFunction keys = library.function("attention_grad_keys_any", q.type());
        arguments = call.shapes(inputs(keys, dOut, q, k, v, stats))
                .i32(any.rows())
                .pointer(dk)
                .pointer(dv);
        keys.launch(arguments, call.keyTiles(any.rows()), call.keyHeads(), 1, any.threads(), any.sharedBytes());
    }
}
