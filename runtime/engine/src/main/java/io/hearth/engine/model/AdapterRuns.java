package io.hearth.engine.model;

import java.util.Arrays;

/**
 * Runs of sequences with the same adapter, as host arrays. Sequences without an adapter come last and are in no run.
 *
 * @param adapters slot of each run in the pool, [S]
 * @param cuRows cumulative rows with a leading 0, [S+1]
 */
record AdapterRuns(int[] adapters, int[] cuRows) {
    static final AdapterRuns NONE = new AdapterRuns(new int[0], new int[1]);

    static AdapterRuns of(PagedBatch batch) {
        int sequences = batch.kvLen().length;
        int[] slots = new int[sequences];
        int[] rows = new int[sequences + 1];
        int count = 0;
        for (int b = 0; b < sequences && batch.adapterSlots()[b] >= 0; b++) {
            if (count == 0 || slots[count - 1] != batch.adapterSlots()[b]) {
                slots[count++] = batch.adapterSlots()[b];
            }
            rows[count] = batch.cuQ()[b + 1];
        }
        return new AdapterRuns(Arrays.copyOf(slots, count), Arrays.copyOf(rows, count + 1));
    }

    /** What holds for any division of so many rows into so many runs, for the host's side of a recorded step. */
    static AdapterRuns upperBound(int runs, int rows) {
        int[] cuRows = new int[runs + 1];
        Arrays.fill(cuRows, 1, runs + 1, rows);
        return new AdapterRuns(new int[runs], cuRows);
    }

    int count() {
        return adapters.length;
    }

    /** With empty runs behind the others, up to {@code runs} of them. */
    AdapterRuns padded(int runs) {
        int[] cuRows = Arrays.copyOf(this.cuRows, runs + 1);
        Arrays.fill(cuRows, count() + 1, runs + 1, this.cuRows[count()]);
        return new AdapterRuns(Arrays.copyOf(adapters, runs), cuRows);
    }
}
