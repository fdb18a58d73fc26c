package io.hearth.device.conformance;

import io.hearth.device.DType;
import io.hearth.device.SeqLens;
import java.util.Arrays;
import java.util.List;

/** The paged cache: writing, attention over it, copies of blocks. */
final class CacheConformance {
    private CacheConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("kvWrite", "slots in any order", CacheConformance::write),
                new Check("pagedAttention", "one query each", trial -> paged(trial, true)),
                new Check("pagedAttention", "chunks of prompts", trial -> paged(trial, false)),
                new Check("copyBlocks", "other blocks stay", CacheConformance::copyBlocks));
    }

    private static void write(Trial trial) {
        int tokens = trial.size(1, 3, 20);
        int heads = trial.size(1, 2, 3);
        int size = trial.size(16, 20, 64);
        int blockSize = trial.size(16, 16, 128);
        int blocks = tokens / blockSize + 2;
        int[] slots = Arrays.copyOf(trial.shuffled(blocks * blockSize), tokens);
        Slot k = trial.input("k", tokens, heads, size);
        Slot v = trial.input("v", tokens, heads, size);
        Slot index = trial.indices("slots", slots);
        Slot kCache = trial.update("kCache", trial.act(), blocks, blockSize, heads, size);
        Slot vCache = trial.update("vCache", trial.act(), blocks, blockSize, heads, size);
        trial.run(() ->
                trial.kernels().kvWrite(k.tensor(), v.tensor(), index.tensor(), kCache.tensor(), vCache.tensor()));
        int width = heads * size;
        double[] keys = kCache.inputs();
        double[] values = vCache.inputs();
        for (int t = 0; t < tokens; t++) {
            System.arraycopy(k.inputs(), t * width, keys, slots[t] * width, width);
            System.arraycopy(v.inputs(), t * width, values, slots[t] * width, width);
        }
        trial.expect(kCache, keys, Tolerance.EXACT);
        trial.expect(vCache, values, Tolerance.EXACT);
    }

    private static void paged(Trial trial, boolean decode) {
        int keyHeads = trial.size(1, 1, 2, 3);
        int heads = keyHeads * (trial.round() % 3 == 0 ? 1 : trial.round() % 3 == 1 ? 2 : 7);
        int size = trial.size(16, 32, 64, 128);
        int blockSize = trial.size(16, 16, 128);
        int window = trial.odd() ? 1 + trial.below(40) : 0;
        int sequences = trial.size(1, 1, 2, 5);
        int[] cuQ = new int[sequences + 1];
        int[] kvLen = new int[sequences];
        int widest = 0;
        for (int b = 0; b < sequences; b++) {
            int queries = decode ? 1 : 1 + trial.below(20);
            cuQ[b + 1] = cuQ[b] + queries;
            kvLen[b] = queries + (trial.below(4) == 0 ? 0 : trial.below(150));
            widest = Math.max(widest, (kvLen[b] + blockSize - 1) / blockSize);
        }
        int columns = widest + trial.below(3);
        int blocks = sequences * widest + 1;
        int[] shuffled = trial.shuffled(blocks);
        double[] table = new double[sequences * columns];
        int[][] blockOf = new int[sequences][];
        for (int b = 0; b < sequences; b++) {
            blockOf[b] = Arrays.copyOfRange(shuffled, b * widest, (b + 1) * widest);
            for (int i = 0; i < columns; i++) {
                table[b * columns + i] = i < widest ? blockOf[b][i] : 0;
            }
        }
        double[][] caches =
                caches(trial, blocks * blockSize * keyHeads * size, blockOf, kvLen, blockSize, keyHeads * size);
        int tokens = cuQ[sequences];
        Slot q = trial.input("q", tokens, heads, size);
        Slot kCache = trial.input("kCache", trial.act(), caches[0], blocks, blockSize, keyHeads, size);
        Slot vCache = trial.input("vCache", trial.act(), caches[1], blocks, blockSize, keyHeads, size);
        Slot blockTable = trial.input("blockTable", DType.I32, table, sequences, columns);
        SeqLens lens = trial.lengths(cuQ, kvLen);
        Slot out = trial.output("out", trial.act(), tokens, heads, size);
        float scale = (float) (1 / Math.sqrt(size));
        trial.run(() -> trial.kernels()
                .pagedAttention(
                        q.tensor(),
                        kCache.tensor(),
                        vCache.tensor(),
                        blockTable.tensor(),
                        lens,
                        scale,
                        window,
                        out.tensor()));
        int[][] visible = ReferenceAttention.causal(
                cuQ, kvLen, window, (b, j) -> blockOf[b][j / blockSize] * blockSize + j % blockSize);
        ReferenceAttention reference = new ReferenceAttention(visible, heads, keyHeads, size, scale);
        trial.expect(
                out, reference.forward(q.inputs(), kCache.inputs(), vCache.inputs()), AttentionConformance.ATTENTION);
    }

    /** Keys and values: normal numbers where a sequence has tokens, not-a-number in every other slot. */
    private static double[][] caches(
            Trial trial, int elements, int[][] blockOf, int[] kvLen, int blockSize, int width) {
        double[][] caches = new double[2][elements];
        for (double[] cache : caches) {
            Arrays.fill(cache, Double.NaN);
            for (int b = 0; b < kvLen.length; b++) {
                for (int j = 0; j < kvLen[b]; j++) {
                    int slot = blockOf[b][j / blockSize] * blockSize + j % blockSize;
                    System.arraycopy(trial.normal(trial.act(), width), 0, cache, slot * width, width);
                }
            }
        }
        return caches;
    }

    private static void copyBlocks(Trial trial) {
        int blocks = trial.size(2, 5, 12);
        int width = 16 * 2 * 20;
        int[] order = trial.shuffled(blocks);
        int count = blocks / 2;
        int[] from = Arrays.copyOf(order, count);
        int[] to = Arrays.copyOfRange(order, count, 2 * count);
        Slot cache = trial.update("cache", trial.act(), blocks, 16, 2, 20);
        Slot source = trial.indices("source", from);
        Slot target = trial.indices("target", to);
        trial.run(() -> trial.kernels().copyBlocks(cache.tensor(), source.tensor(), target.tensor()));
        double[] wanted = cache.inputs();
        for (int i = 0; i < count; i++) {
            System.arraycopy(cache.inputs(), from[i] * width, wanted, to[i] * width, width);
        }
        trial.expect(cache, wanted, Tolerance.EXACT);
    }
}
