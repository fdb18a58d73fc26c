package io.hearth.device.conformance;

import io.hearth.device.DType;
import java.util.Arrays;
import java.util.List;

/** Cross entropy over chunks of the vocabulary. */
final class LossConformance {
    private static final Tolerance STATISTIC = new Tolerance(5e-6, 0);
    private static final Tolerance LOSS = new Tolerance(1e-6, 0);
    private static final Tolerance GRADIENT = new Tolerance(1e-5, 1);
    private static final int IGNORED = -100;

    private LossConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("crossEntropyStats", "f32 logits, chunks", trial -> loss(trial, DType.F32)),
                new Check("crossEntropyStats", "act logits, chunks", trial -> loss(trial, trial.act())),
                new Check("crossEntropyLoss", "all ignored", LossConformance::allIgnored),
                new Check("crossEntropyGrad", "f32 logits, chunks", trial -> gradient(trial, DType.F32)),
                new Check("crossEntropyGrad", "act logits, chunks", trial -> gradient(trial, trial.act())));
    }

    /** Logits in two chunks, targets of which some are ignored, weights. */
    private record Batch(int rows, int[] widths, double[] logits, int[] targets, double[] weights) {
        static Batch draw(Trial trial, DType type) {
            int rows = trial.size(1, 2, 9);
            int[] widths = {trial.size(5, 33, 128, 1000), trial.size(0, 7, 500)};
            int cols = widths[0] + widths[1];
            double[] logits = trial.normal(type, rows * cols);
            for (int i = 0; i < logits.length; i++) {
                logits[i] = Rounding.round(type, logits[i] * 4 + (i / cols % 2 == 0 ? 0 : 80));
            }
            int[] targets = new int[rows];
            Arrays.setAll(targets, t -> t % 3 == 2 ? IGNORED : trial.below(cols));
            double[] weights = new double[rows];
            Arrays.setAll(weights, t -> Rounding.round(DType.F32, 0.1 + trial.uniform()));
            return new Batch(rows, widths, logits, targets, weights);
        }

        int cols() {
            return widths[0] + widths[1];
        }

        double[] chunk(int index) {
            return ReferenceRope.columns(logits, cols(), index == 0 ? 0 : widths[0], widths[index]);
        }

        double[] statistics() {
            double[] out = new double[3 * rows];
            double[] logSum = ReferenceLoss.logSum(logits, cols());
            for (int t = 0; t < rows; t++) {
                double[] row = Arrays.copyOfRange(logits, t * cols(), (t + 1) * cols());
                out[t] = Arrays.stream(row).max().orElseThrow();
                out[rows + t] = Math.exp(logSum[t] - out[t]);
                out[2 * rows + t] = targets[t] < 0 ? 0 : row[targets[t]];
            }
            return out;
        }
    }

    /** A chunk as a view on a wider matrix, as a part of the vocabulary is. */
    private static Slot chunk(Trial trial, Batch batch, int index, DType type) {
        return trial.input("logits " + index, type, batch.chunk(index), batch.rows, batch.widths[index]);
    }

    private static void loss(Trial trial, DType type) {
        Batch batch = Batch.draw(trial, type);
        Slot whole = trial.input("logits", type, batch.logits, batch.rows, batch.cols());
        Slot targets = trial.indices("targets", batch.targets);
        Slot weights = trial.input("weights", DType.F32, batch.weights, batch.rows);
        Slot stats = trial.output("stats", DType.F32, 3, batch.rows);
        Slot nll = trial.output("nll", DType.F32, batch.rows);
        Slot lossSum = trial.update("lossSum", DType.F32, 1);
        int split = batch.widths[0];
        trial.run(() -> {
            trial.kernels()
                    .crossEntropyStats(whole.tensor().columns(0, split), targets.tensor(), 0, false, stats.tensor());
            if (batch.widths[1] > 0) {
                trial.kernels()
                        .crossEntropyStats(
                                whole.tensor().columns(split, batch.cols()),
                                targets.tensor(),
                                split,
                                true,
                                stats.tensor());
            }
            trial.kernels()
                    .crossEntropyLoss(
                            stats.tensor(), targets.tensor(), weights.tensor(), nll.tensor(), lossSum.tensor());
        });
        double[] wanted = batch.statistics();
        double[] actual = stats.values();
        for (int t = 0; t < batch.rows; t++) {
            if (batch.targets[t] < 0) {
                actual[2 * batch.rows + t] = 0; // the target's logit of an ignored row means nothing
            }
        }
        for (int part = 0; part < 3; part++) {
            int from = part * batch.rows;
            int to = from + batch.rows;
            trial.expect(
                    "stats row " + part,
                    stats.tensor(),
                    Arrays.copyOfRange(actual, from, to),
                    Arrays.copyOfRange(wanted, from, to),
                    STATISTIC,
                    0);
        }
        double[] losses = ReferenceLoss.nll(batch.logits, batch.cols(), batch.targets);
        // A loss is the difference of logits, a sum the sum of losses: errors are as large as those of the logits.
        double size = 5 + Arrays.stream(batch.logits).map(Math::abs).max().orElse(0);
        trial.expect(nll, losses, LOSS, size);
        double sum = lossSum.inputs()[0];
        for (int t = 0; t < batch.rows; t++) {
            sum += batch.weights[t] * losses[t];
        }
        trial.expect(
                lossSum,
                new double[] {sum},
                LOSS,
                size * Arrays.stream(batch.weights).sum());
    }

    private static void allIgnored(Trial trial) {
        int rows = trial.size(1, 3, 20);
        int cols = trial.size(5, 40);
        int[] ignored = new int[rows];
        Arrays.fill(ignored, IGNORED);
        Slot logits = trial.input("logits", rows, cols);
        Slot targets = trial.indices("targets", ignored);
        Slot weights = trial.input("weights", DType.F32, trial.normal(DType.F32, rows), rows);
        Slot stats = trial.scratch("stats", DType.F32, null, 3, rows);
        Slot nll = trial.output("nll", DType.F32, rows);
        Slot lossSum = trial.update("lossSum", DType.F32, 1);
        Slot dLogits = trial.output("dLogits", trial.act(), rows, cols);
        trial.run(() -> {
            trial.kernels().crossEntropyStats(logits.tensor(), targets.tensor(), 0, false, stats.tensor());
            trial.kernels()
                    .crossEntropyLoss(
                            stats.tensor(), targets.tensor(), weights.tensor(), nll.tensor(), lossSum.tensor());
            trial.kernels()
                    .crossEntropyGrad(
                            logits.tensor(), stats.tensor(), targets.tensor(), weights.tensor(), 0, dLogits.tensor());
        });
        trial.expect(nll, new double[rows], Tolerance.EXACT);
        trial.expect(lossSum, lossSum.inputs(), Tolerance.EXACT);
        trial.expect(dLogits, new double[rows * cols], Tolerance.EXACT);
    }

    /**
     * Where the target is nearly certain, its gradient is what is left of {@code weight * (p - 1)}. Both numbers are f32 of size
     * one, so that two roundings of that size, 2^-22, are lost whatever is left; errors are judged relative to a number of which
     * that is the part that is allowed. For 16-bit results their own rounding is larger.
     */
    private static double roundedAway(DType type, Batch batch) {
        double weight = Arrays.stream(batch.weights).max().orElseThrow();
        return type == DType.F32 ? weight * 0x1p-22 / GRADIENT.single() : 0;
    }

    private static void gradient(Trial trial, DType type) {
        Batch batch = Batch.draw(trial, type);
        boolean inPlace = trial.odd();
        Slot targets = trial.indices("targets", batch.targets);
        Slot weights = trial.input("weights", DType.F32, batch.weights, batch.rows);
        Slot stats = trial.input("stats", DType.F32, batch.statistics(), 3, batch.rows);
        double[] wanted = ReferenceLoss.gradient(batch.logits, batch.cols(), batch.targets, batch.weights);
        for (int part = 0; part < 2 && batch.widths[part] > 0; part++) {
            int from = part == 0 ? 0 : batch.widths[0];
            int width = batch.widths[part];
            Slot logits = inPlace
                    ? trial.update("logits " + part, type, batch.chunk(part), batch.rows, width)
                    : chunk(trial, batch, part, type);
            Slot dLogits = inPlace ? logits : trial.outputView("dLogits " + part, type, batch.rows, width);
            trial.run(() -> trial.kernels()
                    .crossEntropyGrad(
                            logits.tensor(),
                            stats.tensor(),
                            targets.tensor(),
                            weights.tensor(),
                            from,
                            dLogits.tensor()));
            trial.expect(
                    dLogits,
                    ReferenceRope.columns(wanted, batch.cols(), from, width),
                    GRADIENT,
                    roundedAway(type, batch));
        }
    }
}
