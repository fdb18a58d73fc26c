package io.hearth.ui.datasets.doctor;

import java.util.Arrays;

/**
 * How many rows have a piece, in flat memory (a count-min sketch): never too few, rarely too many. What most rows share, such as an
 * instruction that is the same everywhere, says nothing about which rows are alike.
 */
final class CommonPieces {
    private static final int BITS = 20;

    /** Few rows cannot tell what is common. */
    private static final int FEW_ROWS = 40;

    private final int[] first = new int[1 << BITS];
    private final int[] second = new int[1 << BITS];
    private long rows;

    void count(long[] pieces) {
        rows++;
        for (long piece : pieces) {
            first[(int) (piece >>> 64 - BITS)]++;
            second[(int) piece & (1 << BITS) - 1]++;
        }
    }

    /** The pieces that less than a third of all rows have; all of them, if hardly any is left. */
    long[] withoutCommon(long[] pieces) {
        if (rows < FEW_ROWS) {
            return pieces;
        }
        long[] rare = new long[pieces.length];
        int kept = 0;
        for (long piece : pieces) {
            int count = Math.min(first[(int) (piece >>> 64 - BITS)], second[(int) piece & (1 << BITS) - 1]);
            if (count * 3L < rows) {
                rare[kept++] = piece;
            }
        }
        return kept * 10 < pieces.length ? pieces : Arrays.copyOf(rare, kept);
    }
}
