package io.hearth.engine.model;

import java.util.Arrays;
import java.util.List;

/**
 * Rows of token ids standing one after the other, with what the loss counts; on the host. No row attends to another.
 *
 * @param ids tokens of all rows, [T]
 * @param positions place of each token in its row, [T]
 * @param cuRows where each row begins, with T at the end, [B+1]
 * @param countedRows places in the batch whose next token counts, [n]
 * @param targets the token that follows each of them, [n]
 * @param weights weight of each in the loss, [n]
 */
public record PackedBatch(int[] ids, int[] positions, int[] cuRows, int[] countedRows, int[] targets, float[] weights) {

    /**
     * A row of tokens.
     *
     * @param ids the tokens
     * @param weights weight of each token as a target of the loss; the first one is never a target
     */
    public record Row(int[] ids, float[] weights) {
        public Row {
            if (ids.length != weights.length) {
                throw new IllegalArgumentException(ids.length + " tokens but " + weights.length + " weights");
            }
        }

        /** A row in which every token counts once. */
        public static Row allCounted(int[] ids) {
            float[] ones = new float[ids.length];
            Arrays.fill(ones, 1);
            return new Row(ids, ones);
        }

        public int length() {
            return ids.length;
        }

        /** Number of tokens that the loss will count. */
        public int counted() {
            int counted = 0;
            for (int t = 1; t < weights.length; t++) {
                counted += weights[t] != 0 ? 1 : 0;
            }
            return counted;
        }

        /** Sum of the weights that the loss will see. */
        public double totalWeight() {
            double total = 0;
            for (int t = 1; t < weights.length; t++) {
                total += weights[t];
            }
            return total;
        }
    }

    /**
     * Packs rows without padding.
     *
     * @param scale factor on every weight, such as 1 / sum of all weights for a mean
     */
    public static PackedBatch of(List<Row> rows, double scale) {
        return of(rows, scale, 0);
    }

    /**
     * Packs rows, each padded at its end to a common length.
     *
     * @param paddedLength length of every row, or 0 for no padding; padding is never counted
     */
    public static PackedBatch of(List<Row> rows, double scale, int paddedLength) {
        int[] cuRows = new int[rows.size() + 1];
        for (int b = 0; b < rows.size(); b++) {
            cuRows[b + 1] = cuRows[b] + (paddedLength == 0 ? rows.get(b).length() : paddedLength);
        }
        int tokens = cuRows[rows.size()];
        int[] ids = new int[tokens];
        int[] positions = new int[tokens];
        int[] counted = new int[tokens];
        int[] targets = new int[tokens];
        float[] weights = new float[tokens];
        int n = 0;
        for (int b = 0; b < rows.size(); b++) {
            Row row = rows.get(b);
            System.arraycopy(row.ids(), 0, ids, cuRows[b], row.length());
            for (int t = 0; t < cuRows[b + 1] - cuRows[b]; t++) {
                positions[cuRows[b] + t] = t;
                if (t + 1 < row.length() && row.weights()[t + 1] != 0) {
                    counted[n] = cuRows[b] + t;
                    targets[n] = row.ids()[t + 1];
                    weights[n++] = (float) (row.weights()[t + 1] * scale);
                }
            }
        }
        return new PackedBatch(
                ids,
                positions,
                cuRows,
                Arrays.copyOf(counted, n),
                Arrays.copyOf(targets, n),
                Arrays.copyOf(weights, n));
    }

    /** Some rows of this batch as a batch of their own, with the same weights. */
    public PackedBatch part(int fromRow, int toRow) {
        int from = cuRows[fromRow];
        int to = cuRows[toRow];
        int[] starts = new int[toRow - fromRow + 1];
        Arrays.setAll(starts, row -> cuRows[fromRow + row] - from);
        int begin = 0;
        while (begin < countedRows.length && countedRows[begin] < from) {
            begin++;
        }
        int end = begin;
        while (end < countedRows.length && countedRows[end] < to) {
            end++;
        }
        int[] counted = Arrays.copyOfRange(countedRows, begin, end);
        Arrays.setAll(counted, i -> counted[i] - from);
        return new PackedBatch(
                Arrays.copyOfRange(ids, from, to),
                Arrays.copyOfRange(positions, from, to),
                starts,
                counted,
                Arrays.copyOfRange(targets, begin, end),
                Arrays.copyOfRange(weights, begin, end));
    }

    /** Number of tokens, padding included. */
    public int tokens() {
        return ids.length;
    }

    /** Number of rows. */
    public int rows() {
        return cuRows.length - 1;
    }

    /** Number of tokens that the loss counts. */
    public int counted() {
        return countedRows.length;
    }

    /** Length of each row. */
    public int[] lengths() {
        int[] lengths = new int[rows()];
        for (int b = 0; b < lengths.length; b++) {
            lengths[b] = cuRows[b + 1] - cuRows[b];
        }
        return lengths;
    }
}
