package io.hearth.device.conformance;

import io.hearth.device.DType;
import io.hearth.device.PreparedWeight;
import java.util.Arrays;
import java.util.List;

/** Matrix products. */
final class DenseConformance {
    /** Sums of up to some thousand products in f32, in whatever order the device likes. */
    static final Tolerance PRODUCT = new Tolerance(2e-5, 1);

    private DenseConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("matmul", "plain", trial -> matmul(trial, false, false, trial.act())),
                new Check("matmul", "b transposed", trial -> matmul(trial, false, true, trial.act())),
                new Check("matmul", "a transposed", trial -> matmul(trial, true, false, trial.act())),
                new Check("matmul", "both transposed", trial -> matmul(trial, true, true, trial.act())),
                new Check("matmul", "f32 result", trial -> matmul(trial, trial.odd(), true, DType.F32)),
                new Check("linear", "with and without bias", trial -> linear(trial, trial.act())),
                new Check("linear", "f32 result", trial -> linear(trial, DType.F32)),
                new Check("linear", "a row depends on no other row", DenseConformance::independentRows),
                new Check("weightGrad", "adds to dWeight", DenseConformance::weightGrad),
                new Check("biasGrad", "adds to dBias", DenseConformance::biasGrad),
                new Check("groupedMatmul", "empty groups", DenseConformance::grouped));
    }

    private static void matmul(Trial trial, boolean transposeA, boolean transposeB, DType outType) {
        int m = trial.size(1, 2, 5, 16, 37);
        int n = trial.size(1, 8, 31, 96, 130);
        int k = trial.size(1, 17, 64, 100, 1027);
        float alpha = trial.round() < 2 ? 1 : -0.75f;
        float beta = trial.odd() ? 1 : 0;
        Slot a = trial.inputView("a", transposeA ? k : m, transposeA ? m : k);
        Slot b = trial.inputView("b", transposeB ? n : k, transposeB ? k : n);
        Slot out = beta == 0 ? trial.outputView("out", outType, m, n) : trial.updateView("out", outType, m, n);
        trial.run(() ->
                trial.kernels().matmul(a.tensor(), transposeA, b.tensor(), transposeB, alpha, beta, out.tensor()));
        double[] product = ReferenceDense.matmul(a.inputs(), transposeA, b.inputs(), transposeB, m, n, k);
        double[] before = beta == 0 ? new double[m * n] : out.inputs();
        trial.expect(out, ReferenceDense.sum(before, alpha, product), PRODUCT);
    }

    private static void linear(Trial trial, DType outType) {
        int rows = trial.size(1, 2, 7, 32, 65);
        int in = trial.size(16, 24, 100, 896);
        int out = trial.size(16, 40, 97, 256);
        Slot x = trial.inputView("x", rows, in);
        Slot weight = trial.input("weight", out, in);
        Slot bias = trial.odd() ? trial.input("bias", out) : null;
        Slot y = trial.outputView("y", outType, rows, out);
        runLinear(trial, x, weight, bias, y);
        double[] wanted = ReferenceDense.matmul(x.inputs(), false, weight.inputs(), true, rows, out, in);
        for (int i = 0; bias != null && i < wanted.length; i++) {
            wanted[i] += bias.inputs()[i % out];
        }
        trial.expect(y, wanted, PRODUCT);
    }

    private static void runLinear(Trial trial, Slot x, Slot weight, Slot bias, Slot y) {
        weight.restore();
        try (PreparedWeight prepared = trial.device().prepareWeight(weight.tensor())) {
            trial.require(
                    prepared.inFeatures() == weight.tensor().dim(1)
                            && prepared.outFeatures() == weight.tensor().dim(0)
                            && prepared.type() == weight.tensor().type(),
                    "the prepared weight states another shape or type than the weight");
            trial.run(() ->
                    trial.kernels().linear(x.tensor(), prepared, bias == null ? null : bias.tensor(), y.tensor()));
        }
    }

    /** The same row at another place, among other rows, must give the same bits if the number of rows is the same. */
    private static void independentRows(Trial trial) {
        int rows = trial.size(2, 3, 8, 33);
        int in = trial.size(16, 100, 896);
        int out = trial.size(16, 97, 256);
        Slot weight = trial.input("weight", out, in);
        Slot x = trial.input("x", rows, in);
        Slot y = trial.output("y", trial.act(), rows, out);
        runLinear(trial, x, weight, null, y);
        double[] alone = y.values();
        double[] others = trial.normal(trial.act(), rows * in);
        System.arraycopy(x.inputs(), 0, others, (rows - 1) * in, in);
        Slot moved = trial.input("x among others", trial.act(), others, rows, in);
        Slot again = trial.output("y among others", trial.act(), rows, out);
        runLinear(trial, moved, weight, null, again);
        double[] first = Arrays.copyOf(alone, out);
        double[] last = Arrays.copyOfRange(again.values(), (rows - 1) * out, rows * out);
        trial.expect("the moved row of y", again.tensor(), last, first, Tolerance.EXACT, 0);
    }

    private static void weightGrad(Trial trial) {
        int rows = trial.size(1, 5, 33, 129);
        int in = trial.size(1, 16, 50, 100);
        int out = trial.size(1, 24, 61);
        Slot dy = trial.inputView("dy", rows, out);
        Slot x = trial.inputView("x", rows, in);
        Slot dWeight = trial.update("dWeight", DType.F32, out, in);
        trial.run(() -> trial.kernels().weightGrad(dy.tensor(), x.tensor(), dWeight.tensor()));
        double[] product = ReferenceDense.matmul(dy.inputs(), true, x.inputs(), false, out, in, rows);
        trial.expect(dWeight, ReferenceDense.sum(dWeight.inputs(), 1, product), PRODUCT);
    }

    private static void biasGrad(Trial trial) {
        int out = trial.size(1, 24, 61);
        Slot dy = trial.inputView("dy", trial.size(1, 5, 257), out);
        Slot dBias = trial.update("dBias", DType.F32, out);
        trial.run(() -> trial.kernels().biasGrad(dy.tensor(), dBias.tensor()));
        double[] sums = ReferenceDense.columnSums(dy.inputs(), out);
        trial.expect(dBias, ReferenceDense.sum(dBias.inputs(), 1, sums), PRODUCT);
    }

    private static void grouped(Trial trial) {
        int groups = trial.size(1, 3, 6);
        int in = trial.size(8, 16, 40);
        int out = trial.size(8, 24, 48);
        int[] offsets = new int[groups + 1];
        for (int e = 0; e < groups; e++) {
            offsets[e + 1] = offsets[e] + (e % 3 == 1 ? 0 : 1 + trial.below(9));
        }
        int rows = offsets[groups];
        Slot x = trial.input("x", rows, in);
        Slot weight = trial.input("weight", groups, out, in);
        Slot device = trial.indices("offsets", offsets);
        Slot y = trial.output("y", trial.act(), rows, out);
        trial.run(
                () -> trial.kernels().groupedMatmul(x.tensor(), weight.tensor(), offsets, device.tensor(), y.tensor()));
        double[] wanted = new double[rows * out];
        for (int e = 0; e < groups; e++) {
            double[] matrix = Arrays.copyOfRange(weight.inputs(), e * out * in, (e + 1) * out * in);
            double[] part = Arrays.copyOfRange(x.inputs(), offsets[e] * in, offsets[e + 1] * in);
            int count = offsets[e + 1] - offsets[e];
            double[] product = ReferenceDense.matmul(part, false, matrix, true, count, out, in);
            System.arraycopy(product, 0, wanted, offsets[e] * out, product.length);
        }
        trial.expect(y, wanted, PRODUCT);
    }
}
