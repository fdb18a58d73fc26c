package io.hearth.device.cuda.kernels;

import static io.hearth.device.cuda.kernels.Geometry.ceilDiv;

import io.hearth.device.DType;
import io.hearth.device.SeqLens;

/**
 * Which kernels serve a call of attention, and the sizes of their tiles as the .cu files give them. Rows are the query heads
 * of all tokens that share a key-value head, see attention.h.
 */
final class AttentionTiles {
    /** Head sizes on tensor cores; smaller heads are filled up with zeros. */
    private static final int[] SIZES = {64, 80, 96, 128};

    /** Threads of a block on tensor cores. */
    static final int THREADS = 128;

    /** Rows of a block of the forward kernels. */
    static final int FORWARD_ROWS = 128;

    /** Keys of a block of the gradient's key pass. */
    static final int GRAD_KEYS = 64;

    /** Rows that a step of the gradient's key pass takes. */
    static final int GRAD_STEP = 32;

    /** Rows up to which a sequence decodes. */
    static final int FEW_ROWS = 64;

    /** Rows of a unit of decoding. */
    static final int DECODE_ROWS = 16;

    /** Keys of a unit of decoding. */
    static final int STRETCH = 256;

    private AttentionTiles() {}

    /**
     * Number of the head size on tensor cores that serves a call, -1 if ordinary arithmetic does.
     *
     * @param addresses of all tensors of a type, joined by or
     */
    static int tile(DType type, long size, float scale, long addresses) {
        if (type == DType.F32 || size % 8 != 0 || addresses % 16 != 0 || !(scale > 0)) {
            return -1;
        }
        for (int i = 0; i < SIZES.length; i++) {
            if (size <= SIZES[i]) {
                return i;
            }
        }
        return -1;
    }

    /** Names of a kernel for each head size on tensor cores, without the type. */
    static String[] names(String kernel) {
        String[] names = new String[SIZES.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = kernel + "_" + SIZES[i];
        }
        return names;
    }

    /** Bytes of so many rows of a tile. */
    static int bytes(int tile, int rows) {
        return rows * (SIZES[tile] + 8) * Short.BYTES;
    }

    /** Rows of a block of the gradient's query pass. */
    static int gradRows(int tile) {
        return SIZES[tile] <= 64 ? 128 : 64;
    }

    /** Tiles of all sequences, for rows beyond {@code above} in a sequence. */
    static long tiles(SeqLens lens, long group, int rows, long above) {
        long count = 0;
        for (int b = 0; b < lens.sequences(); b++) {
            long own = (lens.cuQ()[b + 1] - lens.cuQ()[b]) * group;
            count += own > above ? ceilDiv(own, rows) : 0;
        }
        return count;
    }

    /**
     * A block of attention_any.cu.
     *
     * @param rows of its tile
     * @param sharedBytes that it needs
     */
    record Any(int rows, int sharedBytes) {
        private static final int MOST_ROWS = 64;

        /**
         * The largest that fits.
         *
         * @param vectors of D elements that a row keeps in shared memory
         * @throws IllegalArgumentException if even the smallest does not fit
         */
        static Any of(int vectors, long size, int most) {
            for (int rows = MOST_ROWS; rows > 0; rows /= 2) {
                long bytes = Float.BYTES * (vectors * rows * (size | 1) + 2 * size * 20 + 64);
                if (bytes <= most) {
                    return new Any(rows, (int) bytes);
                }
            }
            throw new IllegalArgumentException("attention to heads of " + size
                    + " elements does not fit into the shared memory of this card's multiprocessors");
        }

        int threads() {
            return Math.max(rows, Geometry.WARP);
        }
    }
}
