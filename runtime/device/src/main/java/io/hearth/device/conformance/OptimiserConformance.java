package io.hearth.device.conformance;

import io.hearth.device.DType;
import java.util.Arrays;
import java.util.List;

/** Gradient norm, clipping and AdamW. */
final class OptimiserConformance {
    private static final Tolerance SUM = new Tolerance(1e-5, 0);
    private static final Tolerance STEP = new Tolerance(2e-6, 1);

    private OptimiserConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("squaredNorm", "adds to out", OptimiserConformance::squaredNorm),
                new Check("clipCoefficient", "clipped, not clipped, no limit", OptimiserConformance::clip),
                new Check("adamW", "first and later steps", OptimiserConformance::adamW));
    }

    private static void squaredNorm(Trial trial) {
        int count = trial.size(1, 17, 1000, 100_003);
        Slot x = trial.input("x", DType.F32, trial.normal(DType.F32, count), count);
        Slot out = trial.update("out", DType.F32, 1);
        trial.run(() -> trial.kernels().squaredNorm(x.tensor(), out.tensor()));
        double sum = Arrays.stream(x.inputs()).map(value -> value * value).sum();
        trial.expect(out, new double[] {out.inputs()[0] + sum}, SUM);
    }

    private static void clip(Trial trial) {
        double squared = trial.round() == 0 ? 0 : 100 * trial.uniform();
        float maxNorm = trial.round() % 3 == 2 ? Float.POSITIVE_INFINITY : trial.odd() ? 0.5f : 1000;
        Slot norm = trial.input("squaredNorm", DType.F32, new double[] {squared}, 1);
        Slot coefficient = trial.output("coefficient", DType.F32, 1);
        trial.run(() -> trial.kernels().clipCoefficient(norm.tensor(), maxNorm, coefficient.tensor()));
        double wanted = Math.min(1, maxNorm / (Math.sqrt(norm.inputs()[0]) + 1e-6));
        trial.expect(coefficient, new double[] {wanted}, SUM);
    }

    private static void adamW(Trial trial) {
        int count = trial.size(1, 15, 64, 1003);
        int step = trial.size(1, 2, 100, 100_000);
        float rate = 3e-3f;
        float weightDecay = trial.odd() ? 0.1f : 0;
        Slot parameter = trial.update("parameter", DType.F32, count);
        Slot m = trial.update("m", DType.F32, scaled(trial.normal(DType.F32, count), 0.1), count);
        double[] squares = Arrays.stream(trial.normal(DType.F32, count))
                .map(x -> 0.01 * x * x)
                .toArray();
        Slot v = trial.update("v", DType.F32, squares, count);
        double[] gradients = trial.normal(DType.F32, count);
        Slot gradient = trial.scratch("gradient", DType.F32, gradients, count);
        Slot scale = trial.input("gradientScale", DType.F32, new double[] {0.25}, 1);
        Slot copy = trial.round() % 3 == 2 ? null : trial.output("activations", trial.act(), count);
        trial.run(() -> trial.kernels()
                .adamW(
                        parameter.tensor(),
                        m.tensor(),
                        v.tensor(),
                        gradient.tensor(),
                        scale.tensor(),
                        step,
                        rate,
                        0.9f,
                        0.999f,
                        1e-8f,
                        weightDecay,
                        copy == null ? null : copy.tensor()));
        double[][] wanted = new double[3][count];
        for (int i = 0; i < count; i++) {
            ReferenceLoss.Adam state = new ReferenceLoss.Adam(parameter.inputs()[i], m.inputs()[i], v.inputs()[i])
                    .step(gradients[i] * 0.25, step, rate, 0.9f, 0.999f, 1e-8f, weightDecay);
            wanted[0][i] = state.parameter();
            wanted[1][i] = state.m();
            wanted[2][i] = state.v();
        }
        trial.expect(parameter, wanted[0], STEP);
        trial.expect(m, wanted[1], STEP);
        trial.expect(v, wanted[2], STEP);
        if (copy != null) {
            trial.expect(copy, Rounding.round(trial.act(), parameter.values()), Tolerance.EXACT);
        }
    }

    private static double[] scaled(double[] values, double factor) {
        return Arrays.stream(values).map(value -> value * factor).toArray();
    }
}
