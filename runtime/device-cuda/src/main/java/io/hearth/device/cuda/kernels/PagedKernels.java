package io.hearth.device.cuda.kernels;

import static io.hearth.device.cuda.kernels.Geometry.ceilDiv;

import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.cuda.driver.KernelFunction;
import io.hearth.device.cuda.driver.KernelLibrary;
import io.hearth.device.cuda.driver.LaunchArguments;
import io.hearth.device.cuda.driver.Stream;

/**
 * The paged cache and attention over it: cache.cu, paged_prefill.cu and paged_decode.cu on tensor cores, attention_any.cu for
 * f32 and for head sizes that are not multiples of 8 up to 128.
 *
 * <p>The host's lengths are upper bounds here, and decide about grids alone: kernels read those on the device.
 */
final class PagedKernels {
    private static final String[] PREFILL = AttentionTiles.names("paged_prefill");
    private static final String[] DECODE = AttentionTiles.names("paged_decode");

    /** Blocks that a multiprocessor holds at once. */
    private static final int DECODE_BLOCKS = 3;

    private static final int COMBINE_BLOCKS = 16;

    private static final int WRITE_THREADS = 128;

    /** Elements of a block of the cache that one block of threads copies. */
    private static final int COPIED = 16 << 10;

    private final KernelLibrary library;
    private final Workspace workspace;

    PagedKernels(KernelLibrary library, Workspace workspace, Stream stream) {
        this.library = library;
        this.workspace = workspace;
    }

    void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        KernelFunction kernel = library.function("kv_write", k.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(k)
                .pointer(v)
                .pointer(slots)
                .i32(Math.toIntExact(k.dim(1) * k.dim(2)))
                .pointer(kCache)
                .pointer(vCache);
        kernel.launch(arguments, k.dim(0), 1, 1, WRITE_THREADS, 0);
    }

    void copyBlocks(Tensor cache, Tensor source, Tensor target) {
        long width = cache.dim(1) * cache.dim(2) * cache.dim(3);
        KernelFunction kernel = library.function("copy_blocks", cache.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(cache)
                .pointer(source)
                .pointer(target)
                .i64(width);
        int pieces = (int) Math.min(ceilDiv(width, COPIED), 65535);
        kernel.launch(arguments, source.elements(), pieces, 1, Geometry.THREADS, 0);
    }

    // ---- Attention -------------------------------------------------------------------------------------------------

    void pagedAttention(
            Tensor q,
            Tensor kCache,
            Tensor vCache,
            Tensor blockTable,
            SeqLens lens,
            float scale,
            int window,
            Tensor out) {
        Call call = new Call(q, kCache, vCache, blockTable, lens, scale, window, out);
        long addresses = q.address() | kCache.address() | vCache.address() | out.address();
        int tile = AttentionTiles.tile(q.type(), q.dim(2), scale, addresses);
        if (tile < 0) {
            any(call);
            return;
        }
        if (lens.maxQ() * call.group() > AttentionTiles.FEW_ROWS) {
            prefill(call, tile);
        }
        decode(call, tile);
    }

    private record Call(
            Tensor q,
            Tensor kCache,
            Tensor vCache,
            Tensor blockTable,
            SeqLens lens,
            float scale,
            int window,
            Tensor out) {
        /** The arguments that kernels of attention begin with. */
        LaunchArguments inputs(LaunchArguments arguments) {
            return arguments
                    .pointer(q)
                    .pointer(kCache)
                    .pointer(vCache)
                    .pointer(blockTable)
                    .i32(blockTable.cols())
                    .i32((int) kCache.dim(1))
                    .pointer(lens.cuQDevice())
                    .pointer(lens.kvLenDevice());
        }

        /** The heads, the scale and the window. */
        LaunchArguments heads(LaunchArguments arguments) {
            return arguments
                    .i32((int) q.dim(1))
                    .i32(keyHeads())
                    .i32((int) q.dim(2))
                    .f32(scale)
                    .i32(window);
        }

        int keyHeads() {
            return (int) kCache.dim(2);
        }

        long group() {
            return q.dim(1) / kCache.dim(2);
        }

        /** Most rows with which a sequence decodes. */
        long fewRows(int b) {
            return Math.min((lens.cuQ()[b + 1] - lens.cuQ()[b]) * group(), AttentionTiles.FEW_ROWS);
        }

        /** Most stretches of keys that a sequence sees. */
        long stretches(int b) {
            long all = ceilDiv(lens.kvLen()[b], AttentionTiles.STRETCH);
            long seen = (long) lens.cuQ()[b + 1] - lens.cuQ()[b] + window - 1;
            return window == 0 ? all : Math.min(all, ceilDiv(seen, AttentionTiles.STRETCH) + 1);
        }

        /** Most units of a sequence and one key-value head. */
        long units(int b) {
            return ceilDiv(fewRows(b), AttentionTiles.DECODE_ROWS) * stretches(b);
        }
    }

    private void any(Call call) {
        AttentionTiles.Any any = AttentionTiles.Any.of(2, call.q.dim(2), library.sharedBytesPerBlock());
        KernelFunction kernel = library.function("paged_attention_any", call.q.type());
        LaunchArguments arguments = call.inputs(kernel.arguments()).i32(call.lens.sequences());
        call.heads(arguments).i32(any.rows()).pointer(call.out);
        long tiles = AttentionTiles.tiles(call.lens, call.group(), any.rows(), 0);
        kernel.launch(arguments, tiles, call.keyHeads(), 1, any.threads(), any.sharedBytes());
    }

    private void prefill(Call call, int tile) {
        KernelFunction kernel = library.function(PREFILL[tile], call.q.type());
        LaunchArguments arguments = call.inputs(kernel.arguments()).i32(call.lens.sequences());
        call.heads(arguments).pointer(call.out);
        int rows = AttentionTiles.FORWARD_ROWS;
        long tiles = AttentionTiles.tiles(call.lens, call.group(), rows, AttentionTiles.FEW_ROWS);
        int shared = AttentionTiles.bytes(tile, rows + 2 * 64);
        kernel.launch(arguments, tiles, call.keyHeads(), 1, AttentionTiles.THREADS, shared);
    }

    /** As many sequences and key-value heads at a time as partial results fit for. */
    private void decode(Call call, int tile) {
        long bytes = AttentionTiles.DECODE_ROWS * (call.q.dim(2) + 2) * Float.BYTES;
        long capacity = Workspace.BYTES / bytes;
        long largest = 0;
        for (int b = 0; b < call.lens.sequences(); b++) {
            largest = Math.max(largest, call.units(b));
        }
        if (largest > capacity) {
            throw new IllegalArgumentException("attention to " + call.lens.maxKv() + " tokens needs " + largest * bytes
                    + " bytes of workspace for a key-value head, but there are " + Workspace.BYTES);
        }
        int heads = (int) Math.min(call.keyHeads(), largest == 0 ? call.keyHeads() : capacity / largest);
        for (int head = 0; head < call.keyHeads(); head += heads) {
            int count = Math.min(heads, call.keyHeads() - head);
            int begin = 0;
            while (begin < call.lens.sequences()) {
                begin = decode(call, tile, begin, head, count, capacity);
            }
        }
    }

    /** Launches for the sequences from {@code begin} on that fit together, and answers where they end. */
    private int decode(Call call, int tile, int begin, int head, int headCount, long capacity) {
        long units = 0;
        long rows = 0;
        boolean divided = false;
        int end = begin;
        while (end < call.lens.sequences() && (units + call.units(end)) * headCount <= capacity) {
            units += call.units(end);
            rows += call.fewRows(end);
            divided |= call.stretches(end) > 1;
            end++;
        }
        units *= headCount;
        KernelFunction kernel = library.function(DECODE[tile], call.q.type());
        LaunchArguments arguments = call.inputs(kernel.arguments()).i32(begin).i32(end);
        arguments.i32((int) call.q.dim(1)).i32(call.keyHeads()).i32(head).i32(headCount);
        arguments
                .i32((int) call.q.dim(2))
                .f32(call.scale)
                .i32(call.window)
                .pointer(call.out)
                .address(workspace.address())
                .i64(units);
        // Rows of q, four warps' two stages of 16 keys and values, and what their sums weigh.
        int shared = AttentionTiles.bytes(tile, AttentionTiles.DECODE_ROWS + 4 * 2 * (16 + 16)) + 512;
        long blocks = Math.min(units, (long) DECODE_BLOCKS * library.multiprocessors());
        kernel.launch(arguments, blocks, 1, 1, AttentionTiles.THREADS, shared);
        if (divided) {
            combine(call, begin, end, head, headCount, units, rows * headCount);
        }
        return end;
    }

    private void combine(Call call, int begin, int end, int head, int headCount, long units, long rows) {
        KernelFunction kernel = library.function("paged_combine", call.q.type());
        LaunchArguments arguments = kernel.arguments()
                .pointer(call.lens.cuQDevice())
                .pointer(call.lens.kvLenDevice())
                .i32(begin)
                .i32(end)
                .i32((int) call.q.dim(1))
                .i32(call.keyHeads())
                .i32(head)
                .i32(headCount)
                .i32((int) call.q.dim(2))
                .i32(call.window)
                .pointer(call.out)
                .address(workspace.address())
                .i64(units);
        long blocks = Math.min(rows, (long) COMBINE_BLOCKS * library.multiprocessors());
        kernel.launch(arguments, blocks, 1, 1, AttentionTiles.THREADS, 0);
    }
}
