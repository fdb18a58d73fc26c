package io.hearth.device.cuda.kernels;

import io.hearth.device.DType;

/** How work is cut into threads and blocks. */
final class Geometry {
    static final int WARP = 32;

    /** Threads of a block where nothing speaks for another number. */
    static final int THREADS = 256;

    /** Blocks of {@link #THREADS} threads that a multiprocessor holds at once. */
    private static final int RESIDENT_BLOCKS = 8;

    private Geometry() {}

    /** Elements that one access of 16 bytes moves. */
    static int width(DType type) {
        return 16 / type.bytes();
    }

    static long ceilDiv(long count, long size) {
        return (count + size - 1) / size;
    }

    /** The next whole number of warps. */
    static int warps(long threads) {
        return Math.toIntExact(ceilDiv(threads, WARP) * WARP);
    }

    /** Blocks that share {@code chunks} thread by thread and turn by turn: no more than run at once. */
    static long sharedBlocks(long chunks, int multiprocessors) {
        return Math.min(ceilDiv(chunks, THREADS), (long) multiprocessors * RESIDENT_BLOCKS);
    }

    /**
     * Rows of which several fit into a block if they are short.
     *
     * @param lanes threads for one row
     * @param threads of a block
     */
    record Rows(int lanes, int threads, long blocks) {
        /** For rows of so many accesses each. */
        static Rows of(long rows, long accesses) {
            int lanes = Math.clamp(accesses, 1, THREADS);
            int lines = Math.clamp(rows, 1, THREADS / lanes);
            return new Rows(lanes, warps((long) lines * lanes), ceilDiv(rows, lines));
        }
    }

    /**
     * Rows that are long enough for a block each, or for several.
     *
     * @param tiles blocks for one row
     * @param threads of a block
     */
    record Tiles(int tiles, int threads) {
        /** For rows of so many accesses each, in blocks of at most {@code most} threads. */
        static Tiles of(long accesses, int most) {
            int tiles = Math.clamp(ceilDiv(accesses, most), 1, 65535);
            return new Tiles(tiles, Math.clamp(warps(ceilDiv(accesses, tiles)), WARP, most));
        }
    }
}
