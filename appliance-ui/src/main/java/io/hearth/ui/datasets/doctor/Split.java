package io.hearth.ui.datasets.doctor;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which rows are held out for the evaluation. Clusters of near-duplicates are taken whole, in an order drawn by the seed, until the
 * share is reached; so no held-out row has a near-duplicate among those that are learnt.
 */
public final class Split {
    private Split() {}

    /**
     * Rows held out.
     *
     * @param cluster for each row the first row of its cluster
     * @param left rows that are left out altogether
     * @param share share of the rows to hold out, 0 to 0.5; at least one row unless it is 0, and never the only cluster
     */
    public static BitSet heldOut(int[] cluster, BitSet left, double share, long seed) {
        BitSet heldOut = new BitSet(cluster.length);
        int[] size = new int[cluster.length];
        int rows = 0;
        int clusters = 0;
        for (int i = 0; i < cluster.length; i++) {
            if (!left.get(i)) {
                clusters += size[cluster[i]]++ == 0 ? 1 : 0;
                rows++;
            }
        }
        if (share <= 0 || clusters < 2) {
            return heldOut;
        }
        BitSet chosen = choose(size, clusters, Math.max(1, Math.round(rows * share)), seed);
        for (int i = 0; i < cluster.length; i++) {
            heldOut.set(i, !left.get(i) && chosen.get(cluster[i]));
        }
        return heldOut;
    }

    private static BitSet choose(int[] size, int clusters, long wanted, long seed) {
        long[] order = new long[clusters];
        int n = 0;
        int smallest = -1;
        for (int i = 0; i < size.length; i++) {
            if (size[i] > 0) {
                order[n++] = Hashes.mix(Hashes.mix(seed) ^ i) & 0xffffffff00000000L | i;
                smallest = smallest < 0 || size[i] < size[smallest] ? i : smallest;
            }
        }
        Arrays.sort(order);
        BitSet chosen = new BitSet(size.length);
        long held = 0;
        for (long entry : order) {
            int root = (int) entry;
            if (held + size[root] <= wanted) {
                chosen.set(root);
                held += size[root];
            }
        }
        if (held == 0) {
            chosen.set(smallest);
        }
        return chosen;
    }
}
