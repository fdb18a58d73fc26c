package io.hearth.ui.jobs;

import java.util.List;

/**
 * Base and tuned model on the same held-out rows.
 *
 * @param rows rows compared
 * @param measure figure that decides: {@code f1}, or {@code loss} where rows have no answers of their own
 * @param f1 overlap with the reference, higher is better
 * @param exact share of answers that are the reference, higher is better
 * @param loss of the reference's tokens, lower is better
 * @param verdict what it says
 */
public record Comparison(int rows, String measure, Interval f1, Interval exact, Interval loss, Verdict verdict) {
    /** With fewer rows nothing is said. */
    public static final int FEWEST_ROWS = 20;

    private static final long SEED = 42;

    /** Nothing was compared. */
    public static final Comparison NONE = new Comparison(0, "f1", null, null, null, Verdict.NONE);

    /**
     * Compares.
     *
     * @param answers rows in any order
     * @param byLoss whether the loss decides rather than the answers
     */
    static Comparison of(List<ComparedRow> answers, boolean byLoss) {
        if (answers.isEmpty()) {
            return NONE;
        }
        List<ComparedRow> rows = answers.stream()
                .sorted(java.util.Comparator.comparingInt(ComparedRow::number))
                .toList();
        Interval f1 = Bootstrap.interval(
                rows.stream().mapToDouble(row -> row.base().f1()).toArray(),
                rows.stream().mapToDouble(row -> row.tuned().f1()).toArray(),
                SEED);
        Interval exact = Bootstrap.interval(
                rows.stream().mapToDouble(row -> row.base().exact() ? 1 : 0).toArray(),
                rows.stream().mapToDouble(row -> row.tuned().exact() ? 1 : 0).toArray(),
                SEED);
        Interval loss = Bootstrap.interval(
                rows.stream().mapToDouble(row -> row.base().loss()).toArray(),
                rows.stream().mapToDouble(row -> row.tuned().loss()).toArray(),
                SEED);
        boolean better = byLoss ? loss.below() : f1.above();
        boolean worse = byLoss ? loss.above() : f1.below();
        Verdict verdict =
                rows.size() < FEWEST_ROWS ? Verdict.FEW : better ? Verdict.GAIN : worse ? Verdict.WORSE : Verdict.SAME;
        return new Comparison(rows.size(), byLoss ? "loss" : "f1", f1, exact, loss, verdict);
    }
}
