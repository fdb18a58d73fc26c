package io.hearth.device.conformance;

import io.hearth.device.DType;
import java.util.Arrays;
import java.util.List;

/** Memory, elementwise operations, moving of rows. */
final class ElementwiseConformance {
    private ElementwiseConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("fill", "every element", ElementwiseConformance::fill),
                new Check("copy", "same type, views", trial -> copy(trial, trial.act())),
                new Check("copy", "to f32", trial -> copy(trial, DType.F32)),
                new Check("copy", "to bf16", trial -> copy(trial, DType.BF16)),
                new Check("copy", "to f16", trial -> copy(trial, DType.F16)),
                new Check("copy", "i32", ElementwiseConformance::copyIntegers),
                new Check("add", "out apart", ElementwiseConformance::add),
                new Check("add", "out is an input", ElementwiseConformance::addInPlace),
                new Check("axpy", "adds to y", ElementwiseConformance::axpy),
                new Check("scale", "by a host number", ElementwiseConformance::scaleByNumber),
                new Check("scale", "by a device number", ElementwiseConformance::scaleByTensor),
                new Check("gatherRows", "repeated rows", ElementwiseConformance::gather),
                new Check("scatterRows", "other rows stay", ElementwiseConformance::scatter));
    }

    private static void fill(Trial trial) {
        DType type = trial.odd() ? DType.I32 : trial.act();
        Slot x = trial.output("x", type, trial.size(1, 3, 7), trial.size(1, 13, 64, 1001));
        trial.run(() -> trial.kernels().fill(x.tensor(), -3.14159f));
        double[] wanted = new double[x.values().length];
        Arrays.fill(wanted, type == DType.I32 ? -3 : Rounding.round(type, -3.14159f));
        trial.expect(x, wanted, Tolerance.EXACT);
    }

    private static void copy(Trial trial, DType to) {
        int rows = trial.size(1, 2, 5, 17);
        int cols = trial.size(1, 7, 32, 129);
        Slot source = trial.odd() ? trial.inputView("source", rows, cols) : trial.input("source", rows, cols);
        Slot target = trial.round() % 4 < 2
                ? trial.output("target", to, rows, cols)
                : trial.outputView("target", to, rows, cols);
        trial.run(() -> trial.kernels().copy(source.tensor(), target.tensor()));
        trial.expect(target, Rounding.round(to, source.inputs()), Tolerance.EXACT);
    }

    private static void copyIntegers(Trial trial) {
        Slot source = trial.indices("source", trial.shuffled(trial.size(1, 5, 300)));
        Slot target = trial.output("target", DType.I32, source.inputs().length);
        trial.run(() -> trial.kernels().copy(source.tensor(), target.tensor()));
        trial.expect(target, source.inputs(), Tolerance.EXACT);
    }

    private static void add(Trial trial) {
        int rows = trial.size(1, 3, 11);
        int cols = trial.size(1, 15, 64, 333);
        Slot a = trial.input("a", rows, cols);
        Slot b = trial.input("b", rows, cols);
        Slot out = trial.output("out", trial.act(), rows, cols);
        trial.run(() -> trial.kernels().add(a.tensor(), b.tensor(), out.tensor()));
        trial.expect(out, ReferenceDense.sum(a.inputs(), 1, b.inputs()), Tolerance.ELEMENTWISE);
    }

    private static void addInPlace(Trial trial) {
        int cols = trial.size(1, 15, 64, 4097);
        Slot other = trial.input("other", cols);
        Slot out = trial.update("out", trial.act(), cols);
        trial.run(() -> {
            if (trial.odd()) {
                trial.kernels().add(out.tensor(), other.tensor(), out.tensor());
            } else {
                trial.kernels().add(other.tensor(), out.tensor(), out.tensor());
            }
        });
        trial.expect(out, ReferenceDense.sum(out.inputs(), 1, other.inputs()), Tolerance.ELEMENTWISE);
    }

    private static void axpy(Trial trial) {
        int rows = trial.size(1, 3, 11);
        int cols = trial.size(1, 15, 64, 333);
        Slot x = trial.input("x", rows, cols);
        Slot y = trial.update("y", trial.act(), rows, cols);
        float alpha = (float) (4 * trial.uniform() - 2);
        trial.run(() -> trial.kernels().axpy(alpha, x.tensor(), y.tensor()));
        trial.expect(y, ReferenceDense.sum(y.inputs(), alpha, x.inputs()), Tolerance.ELEMENTWISE);
    }

    private static void scaleByNumber(Trial trial) {
        Slot x = trial.update("x", trial.act(), trial.size(1, 3, 11), trial.size(1, 15, 64, 333));
        float factor = (float) (4 * trial.uniform() - 2);
        trial.run(() -> trial.kernels().scale(x.tensor(), factor));
        trial.expect(x, scaled(x.inputs(), factor), Tolerance.ELEMENTWISE);
    }

    private static void scaleByTensor(Trial trial) {
        Slot x = trial.update("x", trial.act(), trial.size(1, 3, 11), trial.size(1, 15, 64, 333));
        Slot factor = trial.input("factor", DType.F32, trial.normal(DType.F32, 1), 1);
        trial.run(() -> trial.kernels().scale(x.tensor(), factor.tensor()));
        trial.expect(x, scaled(x.inputs(), factor.inputs()[0]), Tolerance.ELEMENTWISE);
    }

    private static double[] scaled(double[] x, double factor) {
        return Arrays.stream(x).map(value -> value * factor).toArray();
    }

    private static void gather(Trial trial) {
        int rows = trial.size(1, 4, 33);
        int cols = trial.size(1, 9, 160);
        int[] index = new int[trial.size(1, 3, 50)];
        Arrays.setAll(index, i -> trial.below(rows));
        Slot source = trial.input("source", rows, cols);
        Slot at = trial.indices("index", index);
        Slot target = trial.output("target", trial.act(), index.length, cols);
        trial.run(() -> trial.kernels().gatherRows(source.tensor(), at.tensor(), target.tensor()));
        trial.expect(target, rows(source.inputs(), cols, index), Tolerance.EXACT);
    }

    /** {@code out[i] = x[index[i]]}. */
    static double[] rows(double[] x, int cols, int[] index) {
        double[] out = new double[index.length * cols];
        for (int i = 0; i < index.length; i++) {
            System.arraycopy(x, index[i] * cols, out, i * cols, cols);
        }
        return out;
    }

    private static void scatter(Trial trial) {
        int rows = trial.size(1, 8, 33);
        int cols = trial.size(1, 9, 160);
        int[] index = Arrays.copyOf(trial.shuffled(rows), (rows + 1) / 2);
        Slot source = trial.input("source", index.length, cols);
        Slot at = trial.indices("index", index);
        Slot target = trial.update("target", trial.act(), rows, cols);
        trial.run(() -> trial.kernels().scatterRows(source.tensor(), at.tensor(), target.tensor()));
        double[] wanted = target.inputs();
        for (int i = 0; i < index.length; i++) {
            System.arraycopy(source.inputs(), i * cols, wanted, index[i] * cols, cols);
        }
        trial.expect(target, wanted, Tolerance.EXACT);
    }
}
