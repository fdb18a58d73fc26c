package io.hearth.device.ascend.kernels;

import io.hearth.device.SeqLens;
import java.util.ArrayList;
import java.util.List;

/**
 * Sequences of a call that go to a fused operator together. Sequences without queries are left out: what operators make of
 * them differs between versions.
 *
 * @param firstRow of the run's queries
 * @param rows of its queries
 * @param queryEnds end of each sequence's queries, counted from {@code firstRow}, without a leading 0
 * @param firstKey row of the run's first key
 * @param keys rows of its keys
 * @param keyEnds end of each sequence's keys, counted from {@code firstKey}, without a leading 0
 */
record SequenceRun(long firstRow, long rows, long[] queryEnds, long firstKey, long keys, long[] keyEnds) {
    /**
     * Cuts packed sequences, whose keys lie where their queries do, into runs.
     *
     * @param mostSequences of a run
     * @param mostRows of a run. A sequence that is longer is cut into stretches of its queries; each has all keys up to its
     *     last query, and causal attention that is aligned at the end is right for it.
     */
    static List<SequenceRun> packed(SeqLens lens, int mostSequences, long mostRows) {
        List<SequenceRun> runs = new ArrayList<>();
        int[] cuQ = lens.cuQ();
        List<Integer> ends = new ArrayList<>();
        int first = 0;
        for (int b = 0; b < lens.sequences(); b++) {
            int end = cuQ[b + 1];
            boolean full = ends.size() == mostSequences || end - first > mostRows;
            if (full && !ends.isEmpty()) {
                runs.add(run(first, ends));
                ends.clear();
                first = cuQ[b];
            }
            if (end - cuQ[b] > mostRows) {
                cut(cuQ[b], end, mostRows, runs);
                first = end;
            } else if (end > cuQ[b]) {
                ends.add(end);
            }
        }
        if (!ends.isEmpty()) {
            runs.add(run(first, ends));
        }
        return runs;
    }

    private static SequenceRun run(int first, List<Integer> ends) {
        long[] relative = ends.stream().mapToLong(end -> end - first).toArray();
        long rows = relative[relative.length - 1];
        return new SequenceRun(first, rows, relative, first, rows, relative);
    }

    private static void cut(int begin, int end, long mostRows, List<SequenceRun> runs) {
        for (long row = begin; row < end; row += mostRows) {
            long last = Math.min(end, row + mostRows);
            runs.add(new SequenceRun(
                    row, last - row, new long[] {last - row}, begin, last - begin, new long[] {last - begin}));
        }
    }
}
