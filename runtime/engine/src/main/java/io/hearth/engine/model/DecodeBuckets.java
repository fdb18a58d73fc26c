package io.hearth.engine.model;

/**
 * Sizes to which decoding steps are rounded up, so that few recordings serve all steps.
 *
 * @param maxSequences most sequences of a step
 * @param maxBlocks longest block table
 * @param maxAdapters adapters in the pool
 */
record DecodeBuckets(int maxSequences, int maxBlocks, int maxAdapters) {
    /** 1, 2, 4, 8, 16, 24, 32, 48, 64, 96 and so on: less than half of the rows is padding, above 16 less than a third. */
    int sequences(int count) {
        int power = powerOfTwo(count);
        int between = power / 4 * 3;
        return Math.min(maxSequences, power > 16 && count <= between ? between : power);
    }

    /** Powers of two. */
    int blocks(int count) {
        return Math.min(maxBlocks, powerOfTwo(count));
    }

    /** None, or powers of two. */
    int adapters(int count) {
        return count == 0 ? 0 : Math.min(maxAdapters, powerOfTwo(count));
    }

    /** Most sequences that are ever added to a step. */
    int mostPadding() {
        int most = 0;
        for (int count = 1; count <= maxSequences; count++) {
            most = Math.max(most, sequences(count) - count);
        }
        return most;
    }

    private static int powerOfTwo(int count) {
        return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
    }
}
