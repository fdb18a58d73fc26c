package io.hearth.ui.datasets.doctor;

/**
 * Signatures of sets of pieces: the share of places in which two signatures agree estimates the share of pieces that two texts have
 * in common (Jaccard). One-permutation MinHash with rotation (Shrivastava and Li, 2014), a byte of each minimum.
 */
final class MinHash {
    /** Places of a signature. */
    static final int PLACES = 63;

    /** Places of one band, and how many bands there are: rows that agree in one are compared. */
    static final int BAND = 3;

    static final int BANDS = PLACES / BAND;

    /** From this share on, rows are near-duplicates. */
    static final double ALIKE = 0.5;

    private MinHash() {}

    /** The signature: the least hash in each place, empty places taken over from the next that is not. */
    static long[] of(long[] pieces) {
        long[] least = new long[PLACES];
        boolean[] there = new boolean[PLACES];
        for (long piece : pieces) {
            long hash = Hashes.mix(piece + 0x5bd1e995);
            int place = (int) Long.remainderUnsigned(hash, PLACES);
            if (!there[place] || Long.compareUnsigned(hash, least[place]) < 0) {
                least[place] = hash;
                there[place] = true;
            }
        }
        long[] signature = new long[PLACES];
        for (int i = 0; i < PLACES; i++) {
            int steps = 0;
            while (!there[(i + steps) % PLACES]) {
                steps++;
            }
            signature[i] = Hashes.mix(least[(i + steps) % PLACES] + steps);
        }
        return signature;
    }

    /** What two rows that are alike are likely to share: a hash of one band. */
    static long band(long[] signature, int band) {
        long hash = band;
        for (int i = band * BAND; i < (band + 1) * BAND; i++) {
            hash = Hashes.mix(hash * 31 + signature[i]);
        }
        return hash;
    }

    /** One byte of each place, for comparing. */
    static byte[] bytes(long[] signature) {
        byte[] bytes = new byte[PLACES];
        for (int i = 0; i < PLACES; i++) {
            bytes[i] = (byte) signature[i];
        }
        return bytes;
    }
}
