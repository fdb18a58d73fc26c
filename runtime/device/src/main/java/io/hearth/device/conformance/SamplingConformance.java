package io.hearth.device.conformance;

import io.hearth.device.DType;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Choosing tokens. */
final class SamplingConformance {
    /** How far a draw keeps from places where f32 sums may fall on the other side. */
    private static final double MARGIN = 2e-5;

    private SamplingConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("argmax", "first of equals, long rows", SamplingConformance::argmax),
                new Check("topK", "equals by index, long rows", SamplingConformance::topK),
                new Check("sample", "all restrictions", SamplingConformance::sample));
    }

    /** Logits on a coarse grid, so that many are equal and those that are not stay so in every type. */
    private static double[] logits(Trial trial, int count) {
        double[] values = trial.normal(DType.F32, count);
        for (int i = 0; i < count; i++) {
            values[i] = Math.rint(values[i] * 16) / 8;
        }
        return values;
    }

    /** Gives every row its largest value twice. */
    private static void tie(Trial trial, double[] values, int cols) {
        for (int from = 0; from < values.length; from += cols) {
            for (int i = 0; i < 2; i++) {
                values[from + trial.below(cols)] = 12;
            }
        }
    }

    private static double[] row(double[] values, int cols, int row) {
        return Arrays.copyOfRange(values, row * cols, (row + 1) * cols);
    }

    private static void argmax(Trial trial) {
        int rows = trial.size(1, 2, 5);
        int cols = trial.size(1, 7, 333, 50_021);
        DType type = trial.odd() ? DType.F32 : trial.act();
        double[] all = logits(trial, rows * cols);
        tie(trial, all, cols);
        Slot logits = trial.input("logits", type, all, rows, cols);
        Slot out = trial.output("out", DType.I32, rows);
        trial.run(() -> trial.kernels().argmax(logits.tensor(), out.tensor()));
        double[] wanted = new double[rows];
        Arrays.setAll(wanted, r -> ReferenceSampling.order(row(logits.inputs(), cols, r))[0]);
        trial.expect(out, wanted, Tolerance.EXACT);
    }

    private static void topK(Trial trial) {
        int rows = trial.size(1, 2, 5);
        int cols = trial.size(1, 70, 333, 50_021);
        int k = Math.min(cols, trial.size(1, 5, 64));
        DType type = trial.odd() ? DType.F32 : trial.act();
        Slot logits = trial.input("logits", type, logits(trial, rows * cols), rows, cols);
        Slot values = trial.output("values", DType.F32, rows, k);
        Slot indices = trial.output("indices", DType.I32, rows, k);
        trial.run(() -> trial.kernels().topK(logits.tensor(), values.tensor(), indices.tensor()));
        double[] best = new double[rows * k];
        double[] at = new double[rows * k];
        for (int r = 0; r < rows; r++) {
            double[] line = row(logits.inputs(), cols, r);
            int[] order = ReferenceSampling.order(line);
            for (int i = 0; i < k; i++) {
                best[r * k + i] = line[order[i]];
                at[r * k + i] = order[i];
            }
        }
        trial.expect(values, best, Tolerance.EXACT);
        trial.expect(indices, at, Tolerance.EXACT);
    }

    /** What one row asks for. */
    private record Wish(double temperature, int topK, double topP, double minP, double uniform) {
        static Wish draw(Trial trial, int kind) {
            return new Wish(
                    kind == 0 ? 0 : Rounding.round(DType.F32, 0.3 + trial.uniform()),
                    kind == 1 || kind == 4 ? 1 + trial.below(20) : 0,
                    kind == 2 || kind == 4 ? Rounding.round(DType.F32, 0.05 + 0.9 * trial.uniform()) : 1,
                    kind == 3 || kind == 4 ? Rounding.round(DType.F32, 0.3 * trial.uniform()) : 0,
                    Rounding.round(DType.F32, trial.uniform() * 0.999));
        }

        ReferenceSampling.Choice choose(double[] logits) {
            return ReferenceSampling.choose(logits, temperature, topK, topP, minP, uniform);
        }
    }

    private static void sample(Trial trial) {
        int rows = trial.size(6, 12, 18);
        int cols = trial.size(5, 33, 300, 1000);
        double[] all = logits(trial, rows * cols);
        Wish[] wishes = new Wish[rows];
        double[] tokens = new double[rows];
        double[] logprobs = new double[rows];
        for (int r = 0; r < rows; r++) {
            double[] line = row(all, cols, r);
            ReferenceSampling.Choice choice;
            do {
                wishes[r] = Wish.draw(trial, r % 6);
                choice = wishes[r].choose(line);
            } while (choice.margin() < MARGIN);
            tokens[r] = choice.token();
            logprobs[r] = line[choice.token()] - ReferenceLoss.logSum(line, cols)[0];
        }
        Slot logits = trial.scratch("logits", DType.F32, all, rows, cols);
        Slot temperature = column(trial, "temperature", wishes, Wish::temperature);
        int[] topKs = Arrays.stream(wishes).mapToInt(Wish::topK).toArray();
        Slot topK = trial.indices("topK", topKs);
        Slot topP = column(trial, "topP", wishes, Wish::topP);
        Slot minP = column(trial, "minP", wishes, Wish::minP);
        Slot uniform = column(trial, "uniform", wishes, Wish::uniform);
        Slot token = trial.output("token", DType.I32, rows);
        Slot logprob = trial.output("logprob", DType.F32, rows);
        trial.run(() -> trial.kernels()
                .sample(
                        logits.tensor(),
                        temperature.tensor(),
                        topK.tensor(),
                        topP.tensor(),
                        minP.tensor(),
                        uniform.tensor(),
                        token.tensor(),
                        logprob.tensor()));
        trial.expect(token, tokens, Tolerance.EXACT);
        trial.expect(logprob, logprobs, new Tolerance(1e-5, 0));
    }

    private static Slot column(Trial trial, String name, Wish[] wishes, ToDoubleFunction<Wish> part) {
        double[] values = Arrays.stream(wishes).mapToDouble(part).toArray();
        return trial.input(name, DType.F32, values, values.length);
    }
}
