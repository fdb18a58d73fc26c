package io.hearth.device.conformance;

import io.hearth.device.LoraSegments;
import java.util.Arrays;
import java.util.List;

/** Low-rank adapters on parts of a batch. */
final class LoraConformance {
    /** The low product is rounded to act, and a difference in its last bit goes through the second product. */
    private static final Tolerance TWO_PRODUCTS = new Tolerance(2e-5, 3);

    private LoraConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("lora", "segments, empty ones, base rows", trial -> lora(trial, true)),
                new Check("lora", "no adapter in the batch", trial -> lora(trial, false)));
    }

    private static void lora(Trial trial, boolean used) {
        int pool = trial.size(1, 2, 4);
        int rank = trial.size(16, 16, 32);
        int in = trial.size(16, 40, 96);
        int out = trial.size(16, 24, 80);
        int[] order = trial.shuffled(pool);
        int[] adapters = used ? order : new int[0];
        int[] cuRows = new int[adapters.length + 1];
        for (int s = 0; s < adapters.length; s++) {
            cuRows[s + 1] = cuRows[s] + (s % 3 == 1 ? 0 : 1 + trial.below(6));
        }
        int rows = cuRows[adapters.length] + (used && trial.odd() ? 0 : 1 + trial.below(3));
        Slot x = trial.input("x", rows, in);
        Slot a = trial.input("a", pool, rank, in);
        Slot b = trial.input("b", pool, out, rank);
        Slot scratch = trial.scratch("scratch", trial.act(), null, rows, rank);
        Slot y = trial.updateView("y", trial.act(), rows, out);
        // A device tensor has at least one element, also where there is no segment.
        Slot adapterDevice = trial.indices("adapters", used ? adapters : new int[] {0});
        Slot rowsDevice = trial.indices("cuRows", cuRows);
        LoraSegments segments = new LoraSegments(adapters, cuRows, adapterDevice.tensor(), rowsDevice.tensor());
        trial.run(
                () -> trial.kernels().lora(x.tensor(), a.tensor(), b.tensor(), segments, scratch.tensor(), y.tensor()));
        trial.expect(y, reference(trial, x, a, b, adapters, cuRows, y), used ? TWO_PRODUCTS : Tolerance.EXACT);
    }

    private static double[] reference(Trial trial, Slot x, Slot a, Slot b, int[] adapters, int[] cuRows, Slot y) {
        int in = x.tensor().cols();
        int rank = b.tensor().cols();
        int out = y.tensor().cols();
        double[] wanted = y.inputs();
        for (int s = 0; s < adapters.length; s++) {
            int count = cuRows[s + 1] - cuRows[s];
            double[] down = Arrays.copyOfRange(a.inputs(), adapters[s] * rank * in, (adapters[s] + 1) * rank * in);
            double[] up = Arrays.copyOfRange(b.inputs(), adapters[s] * out * rank, (adapters[s] + 1) * out * rank);
            double[] part = Arrays.copyOfRange(x.inputs(), cuRows[s] * in, cuRows[s + 1] * in);
            double[] low = ReferenceDense.matmul(part, false, down, true, count, rank, in);
            double[] added = ReferenceDense.matmul(Rounding.round(trial.act(), low), false, up, true, count, out, rank);
            for (int i = 0; i < added.length; i++) {
                wanted[cuRows[s] * out + i] += added[i];
            }
        }
        return wanted;
    }
}
