package io.hearth.device.conformance;

import io.hearth.device.DType;
import java.util.Arrays;
import java.util.List;

/** Dropout. Which elements go is the device's own choice, but it must be a function of seed and position. */
final class DropoutConformance {
    private DropoutConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("dropout", "mask, values and share", DropoutConformance::values),
                new Check("dropout", "mask depends on position alone", DropoutConformance::positions),
                new Check("dropoutGrad", "apart and in place", DropoutConformance::gradient));
    }

    private static void values(Trial trial) {
        int rows = trial.size(1, 40, 101);
        int cols = trial.size(3, 64, 257);
        float probability = trial.round() == 0 ? 0 : (float) (trial.uniform() * 0.9);
        Slot x = trial.input("x", rows, cols);
        Slot y = trial.output("y", trial.act(), rows, cols);
        Slot mask = trial.output("mask", DType.I8, rows, cols);
        trial.run(() -> trial.kernels().dropout(x.tensor(), probability, 77, 1000, y.tensor(), mask.tensor()));
        double[] kept = mask.values();
        trial.require(Arrays.stream(kept).allMatch(k -> k == 0 || k == 1), "the mask has other numbers than 0 and 1");
        trial.expect(y, masked(x.inputs(), kept, probability), Tolerance.ELEMENTWISE);
        double count = Arrays.stream(kept).sum();
        double wanted = kept.length * (1.0 - probability);
        double deviation = Math.sqrt(wanted * probability);
        trial.require(
                Math.abs(count - wanted) <= 6 * deviation,
                count + " of " + kept.length + " elements were kept with probability " + probability);
    }

    private static double[] masked(double[] x, double[] mask, float probability) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = mask[i] == 0 ? 0 : x[i] / (1 - probability);
        }
        return y;
    }

    private static void positions(Trial trial) {
        int rows = trial.size(2, 9, 30);
        int cols = trial.size(64, 65, 200);
        int split = rows / 2;
        Slot x = trial.input("x", rows, cols);
        Slot y = trial.output("y", trial.act(), rows, cols);
        Slot whole = trial.output("mask", DType.I8, rows, cols);
        Slot parts = trial.output("mask in parts", DType.I8, rows, cols);
        Slot other = trial.output("mask of another seed", DType.I8, rows, cols);
        trial.run(() -> {
            trial.kernels().dropout(x.tensor(), 0.4f, 5, 17, y.tensor(), whole.tensor());
            for (int part = 1; part >= 0; part--) {
                int from = part == 0 ? 0 : split;
                int to = part == 0 ? split : rows;
                trial.kernels()
                        .dropout(
                                x.tensor().rows(from, to),
                                0.4f,
                                5,
                                17 + (long) from * cols,
                                y.tensor().rows(from, to),
                                parts.tensor().rows(from, to));
            }
            trial.kernels().dropout(x.tensor(), 0.4f, 6, 17, y.tensor(), other.tensor());
        });
        trial.expect(parts, whole.values(), Tolerance.EXACT);
        trial.require(!Arrays.equals(other.values(), whole.values()), "another seed gave the same mask");
    }

    private static void gradient(Trial trial) {
        int rows = trial.size(1, 5, 21);
        int cols = trial.size(1, 32, 77);
        double[] kept = new double[rows * cols];
        Arrays.setAll(kept, i -> trial.below(2));
        Slot mask = trial.input("mask", DType.I8, kept, rows, cols);
        Slot dy = trial.odd() ? trial.update("dy", trial.act(), rows, cols) : trial.input("dy", rows, cols);
        Slot dx = trial.odd() ? dy : trial.output("dx", trial.act(), rows, cols);
        trial.run(() -> trial.kernels().dropoutGrad(dy.tensor(), 0.3f, mask.tensor(), dx.tensor()));
        trial.expect(dx, masked(dy.inputs(), kept, 0.3f), Tolerance.ELEMENTWISE);
    }
}
