package io.hearth.device.conformance;

import io.hearth.device.DType;
import io.hearth.device.SortedIds;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Norm, activation, embedding. */
final class NormConformance {
    /** x * rstd is rounded before gamma; a statistic that differs in its last bit can turn that rounding. */
    private static final Tolerance NORM = new Tolerance(3e-6, 3.1);

    private static final Tolerance STATISTIC = new Tolerance(3e-6, 0);
    private static final Tolerance GRADIENT = new Tolerance(1e-5, 1);
    private static final float EPS = 1e-5f;

    private NormConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("rmsNorm", "values and rstd", NormConformance::rmsNorm),
                new Check("addRmsNorm", "sum apart and in place", NormConformance::addRmsNorm),
                new Check("rmsNormGrad", "with and without gamma, residual", NormConformance::rmsNormGrad),
                new Check("swiGlu", "values", NormConformance::swiGlu),
                new Check("swiGluGrad", "apart and in place", NormConformance::swiGluGrad),
                new Check("embedding", "repeated ids", NormConformance::embedding),
                new Check("embeddingGrad", "repeated ids, other rows stay", NormConformance::embeddingGrad));
    }

    private static void rmsNorm(Trial trial) {
        int rows = trial.size(1, 2, 7, 33);
        int cols = trial.size(16, 33, 128, 896, 4864);
        Slot x = trial.input("x", rows, cols);
        Slot gamma = trial.input("gamma", cols);
        Slot y = trial.output("y", trial.act(), rows, cols);
        Slot rstd = trial.output("rstd", DType.F32, rows);
        trial.run(() -> trial.kernels().rmsNorm(x.tensor(), gamma.tensor(), EPS, y.tensor(), rstd.tensor()));
        double[] statistics = ReferenceNorms.rstd(x.inputs(), cols, EPS);
        trial.expect(rstd, statistics, STATISTIC);
        expectNorm(trial, y, x.inputs(), statistics, gamma);
    }

    /** Values within the tolerance, and nearly all with the very bits that rounding before gamma gives. */
    private static void expectNorm(Trial trial, Slot y, double[] x, double[] statistics, Slot gamma) {
        double[] wanted = ReferenceNorms.rmsNorm(x, statistics, gamma.inputs(), Rounding.to(trial.act()));
        trial.expect(y, wanted, NORM);
        double[] actual = y.values();
        long other = IntStream.range(0, actual.length)
                .filter(i -> actual[i] != Rounding.round(trial.act(), wanted[i]))
                .count();
        // In f32 a last bit is nobody's fault. In the short types it turns a rounding in one of thousands of elements.
        trial.require(
                trial.act() == DType.F32 || other <= 1 + actual.length / 50,
                other + " of " + actual.length + " elements of y show that x * rstd was not rounded before gamma");
    }

    private static void addRmsNorm(Trial trial) {
        int rows = trial.size(1, 2, 7, 33);
        int cols = trial.size(16, 33, 128, 896);
        Slot residual =
                trial.odd() ? trial.update("residual", trial.act(), rows, cols) : trial.input("residual", rows, cols);
        Slot x = trial.input("x", rows, cols);
        Slot gamma = trial.input("gamma", cols);
        Slot sum = trial.odd() ? residual : trial.output("sum", trial.act(), rows, cols);
        Slot y = trial.output("y", trial.act(), rows, cols);
        Slot rstd = trial.output("rstd", DType.F32, rows);
        trial.run(() -> trial.kernels()
                .addRmsNorm(
                        residual.tensor(), x.tensor(), gamma.tensor(), EPS, sum.tensor(), y.tensor(), rstd.tensor()));
        trial.expect(sum, ReferenceDense.sum(residual.inputs(), 1, x.inputs()), Tolerance.ELEMENTWISE);
        // The norm is of the sum that was stored; compared with that, its own errors show.
        double[] statistics = ReferenceNorms.rstd(sum.values(), cols, EPS);
        trial.expect(rstd, statistics, STATISTIC);
        expectNorm(trial, y, sum.values(), statistics, gamma);
    }

    private static void rmsNormGrad(Trial trial) {
        int rows = trial.size(1, 2, 7, 65);
        int cols = trial.size(16, 33, 128, 896);
        boolean inPlace = trial.round() % 3 == 1;
        boolean around = inPlace || trial.round() % 3 == 2;
        Slot dy = trial.input("dy", rows, cols);
        Slot x = trial.input("x", rows, cols);
        double[] statistics = Rounding.round(DType.F32, ReferenceNorms.rstd(x.inputs(), cols, EPS));
        Slot rstd = trial.input("rstd", DType.F32, statistics, rows);
        Slot gamma = trial.input("gamma", cols);
        Slot dx = inPlace ? trial.update("dx", trial.act(), rows, cols) : trial.output("dx", trial.act(), rows, cols);
        Slot dResidual = inPlace ? dx : around ? trial.input("dResidual", rows, cols) : null;
        Slot dGamma = trial.round() % 4 == 3 ? null : trial.update("dGamma", DType.F32, cols);
        trial.run(() -> trial.kernels()
                .rmsNormGrad(
                        dy.tensor(),
                        x.tensor(),
                        rstd.tensor(),
                        gamma.tensor(),
                        around ? dResidual.tensor() : null,
                        dx.tensor(),
                        dGamma == null ? null : dGamma.tensor()));
        double[] wanted = ReferenceNorms.rmsNormGrad(dy.inputs(), x.inputs(), statistics, gamma.inputs());
        trial.expect(dx, around ? ReferenceDense.sum(wanted, 1, dResidual.inputs()) : wanted, GRADIENT);
        if (dGamma != null) {
            double[] sums = ReferenceNorms.gammaGrad(dy.inputs(), x.inputs(), statistics, cols);
            trial.expect(dGamma, ReferenceDense.sum(dGamma.inputs(), 1, sums), GRADIENT);
        }
    }

    private static void swiGlu(Trial trial) {
        int rows = trial.size(1, 2, 9);
        int width = trial.size(1, 32, 100, 1000);
        Slot gateUp = trial.input("gateUp", trial.act(), wide(trial, rows * 2 * width), rows, 2 * width);
        Slot h = trial.output("h", trial.act(), rows, width);
        trial.run(() -> trial.kernels().swiGlu(gateUp.tensor(), h.tensor()));
        trial.expect(h, ReferenceNorms.swiGlu(gateUp.inputs(), width), GRADIENT);
    }

    /** Numbers among which some are far enough from zero to saturate. */
    private static double[] wide(Trial trial, int count) {
        double[] values = trial.normal(trial.act(), count);
        for (int i = 0; i < count; i += 7) {
            values[i] = Rounding.round(trial.act(), values[i] * 30);
        }
        return values;
    }

    private static void swiGluGrad(Trial trial) {
        int rows = trial.size(1, 2, 9);
        int width = trial.size(1, 32, 100, 1000);
        Slot dh = trial.input("dh", rows, width);
        double[] values = wide(trial, rows * 2 * width);
        Slot gateUp = trial.odd()
                ? trial.update("gateUp", trial.act(), values, rows, 2 * width)
                : trial.input("gateUp", trial.act(), values, rows, 2 * width);
        Slot dGateUp = trial.odd() ? gateUp : trial.output("dGateUp", trial.act(), rows, 2 * width);
        trial.run(() -> trial.kernels().swiGluGrad(dh.tensor(), gateUp.tensor(), dGateUp.tensor()));
        trial.expect(dGateUp, ReferenceNorms.swiGluGrad(dh.inputs(), gateUp.inputs(), width), GRADIENT);
    }

    private static int[] ids(Trial trial, int tokens, int vocabulary) {
        int[] ids = new int[tokens];
        Arrays.setAll(ids, i -> trial.below(vocabulary));
        return ids;
    }

    private static void embedding(Trial trial) {
        int vocabulary = trial.size(1, 5, 301);
        int cols = trial.size(16, 33, 128);
        int[] ids = ids(trial, trial.size(1, 2, 40), vocabulary);
        Slot table = trial.input("table", vocabulary, cols);
        Slot index = trial.indices("ids", ids);
        Slot out = trial.output("out", trial.act(), ids.length, cols);
        trial.run(() -> trial.kernels().embedding(table.tensor(), index.tensor(), out.tensor()));
        trial.expect(out, ElementwiseConformance.rows(table.inputs(), cols, ids), Tolerance.EXACT);
    }

    private static void embeddingGrad(Trial trial) {
        int vocabulary = trial.size(1, 5, 301);
        int cols = trial.size(16, 33, 128);
        int[] ids = ids(trial, trial.size(1, 2, 40), vocabulary);
        SortedIds.Host host = SortedIds.group(ids);
        Slot dx = trial.input("dx", ids.length, cols);
        Slot order = trial.indices("order", host.order());
        Slot starts = trial.indices("starts", host.starts());
        Slot distinct = trial.indices("distinct", host.ids());
        Slot dTable = trial.update("dTable", DType.F32, vocabulary, cols);
        SortedIds sorted = new SortedIds(order.tensor(), starts.tensor(), distinct.tensor(), host.ids().length);
        trial.run(() -> trial.kernels().embeddingGrad(dx.tensor(), sorted, dTable.tensor()));
        double[] wanted = dTable.inputs();
        for (int i = 0; i < ids.length * cols; i++) {
            wanted[ids[i / cols] * cols + i % cols] += dx.inputs()[i];
        }
        trial.expect(dTable, wanted, GRADIENT);
    }
}
