package io.hearth.device.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The references that devices are compared with are themselves compared with finite differences. */
class ReferenceGradientTest {
    private static final double STEP = 1e-5;
    private final Random random = new Random(11);

    private double[] normal(int count) {
        return random.doubles(count, -2, 2).toArray();
    }

    /** Compares a gradient with the central differences of {@code sum(weights * function(x))}. */
    private static void check(double[] gradient, double[] x, double[] weights, Function<double[], double[]> function) {
        assertThat(gradient).hasSameSizeAs(x);
        for (int i = 0; i < x.length; i++) {
            double[] more = x.clone();
            double[] less = x.clone();
            more[i] += STEP;
            less[i] -= STEP;
            double slope = (dot(weights, function.apply(more)) - dot(weights, function.apply(less))) / (2 * STEP);
            assertThat(gradient[i]).as("element " + i).isCloseTo(slope, Offset.offset(1e-7 * (1 + Math.abs(slope))));
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void rmsNorm() {
        int cols = 7;
        double[] x = normal(3 * cols);
        double[] gamma = normal(cols);
        double[] dy = normal(x.length);
        double[] rstd = ReferenceNorms.rstd(x, cols, 1e-3);
        check(ReferenceNorms.rmsNormGrad(dy, x, rstd, gamma), x, dy, at -> normed(at, gamma));
        check(ReferenceNorms.gammaGrad(dy, x, rstd, cols), gamma, dy, at -> normed(x, at));
    }

    private static double[] normed(double[] x, double[] gamma) {
        return ReferenceNorms.rmsNorm(x, ReferenceNorms.rstd(x, gamma.length, 1e-3), gamma, value -> value);
    }

    @Test
    void swiGlu() {
        double[] gateUp = normal(3 * 10);
        double[] dh = normal(3 * 5);
        check(ReferenceNorms.swiGluGrad(dh, gateUp, 5), gateUp, dh, at -> ReferenceNorms.swiGlu(at, 5));
    }

    @Test
    void rotation() {
        int heads = 2;
        int size = 6;
        double[] x = normal(3 * heads * size);
        double[] cos = normal(3 * size);
        double[] sin = normal(3 * size);
        double[] dy = normal(x.length);
        check(
                ReferenceRope.rotateGrad(dy, cos, sin, heads, size),
                x,
                dy,
                at -> ReferenceRope.rotate(at, cos, sin, heads, size));
    }

    @Test
    void rotationKeepsLengthsAndAddsAngles() {
        double[] x = {3, 4};
        double[] once = ReferenceRope.rotate(x, angle(0.5, false), angle(0.5, true), 1, 2);
        double[] twice = ReferenceRope.rotate(once, angle(0.5, false), angle(0.5, true), 1, 2);
        double[] whole = ReferenceRope.rotate(x, angle(1, false), angle(1, true), 1, 2);
        assertThat(dot(once, once)).isCloseTo(25, Offset.offset(1e-12));
        assertThat(twice).containsExactly(whole, Offset.offset(1e-12));
    }

    private static double[] angle(double angle, boolean sine) {
        double value = sine ? Math.sin(angle) : Math.cos(angle);
        return new double[] {value, value};
    }

    @Test
    void attention() {
        for (int window : new int[] {0, 2}) {
            int[] cuQ = {0, 4, 5, 8};
            int[] lengths = {4, 1, 3};
            int[][] visible = ReferenceAttention.causal(cuQ, lengths, window, (b, j) -> cuQ[b] + j);
            ReferenceAttention reference = new ReferenceAttention(visible, 4, 2, 3, 0.7);
            double[] q = normal(8 * 4 * 3);
            double[] k = normal(8 * 2 * 3);
            double[] v = normal(8 * 2 * 3);
            double[] dOut = normal(q.length);
            ReferenceAttention.Gradients gradients = reference.gradients(dOut, q, k, v);
            check(gradients.q(), q, dOut, at -> reference.forward(at, k, v));
            check(gradients.k(), k, dOut, at -> reference.forward(q, at, v));
            check(gradients.v(), v, dOut, at -> reference.forward(q, k, at));
        }
    }

    @Test
    void visibilityIsCausalAlignedToTheEndAndWithinTheWindow() {
        int[][] visible = ReferenceAttention.causal(new int[] {0, 2}, new int[] {5}, 3, (b, j) -> 10 + j);
        assertThat(visible[0]).containsExactly(11, 12, 13);
        assertThat(visible[1]).containsExactly(12, 13, 14);
    }

    @Test
    void crossEntropy() {
        double[] logits = normal(3 * 6);
        int[] targets = {2, -100, 5};
        double[] weights = {0.5, 0.7, 2};
        check(
                ReferenceLoss.gradient(logits, 6, targets, weights),
                logits,
                weights,
                at -> ReferenceLoss.nll(at, 6, targets));
    }

    @Test
    void matmulInAllFourWays() {
        double[] a = {1, 2, 3, 4, 5, 6};
        double[] b = {1, 0, 2, -1, 3, 1};
        double[] product = {1 + 4 + 9, -2 + 3, 4 + 10 + 18, -5 + 6};
        double[] aTransposed = {1, 4, 2, 5, 3, 6};
        double[] bTransposed = {1, 2, 3, 0, -1, 1};
        assertThat(ReferenceDense.matmul(a, false, b, false, 2, 2, 3)).containsExactly(product);
        assertThat(ReferenceDense.matmul(aTransposed, true, b, false, 2, 2, 3)).containsExactly(product);
        assertThat(ReferenceDense.matmul(a, false, bTransposed, true, 2, 2, 3)).containsExactly(product);
        assertThat(ReferenceDense.matmul(aTransposed, true, bTransposed, true, 2, 2, 3))
                .containsExactly(product);
    }

    @Test
    void theFirstAdamStepHasTheLengthOfTheRate() {
        ReferenceLoss.Adam state = new ReferenceLoss.Adam(1, 0, 0).step(-7, 1, 0.01, 0.9, 0.999, 1e-12, 0.5);
        assertThat(state.parameter()).isCloseTo(1 - 0.01 * 0.5 + 0.01, Offset.offset(1e-10));
    }

    @Test
    void restrictionsOfSamplingFollowOneAnother() {
        double[] logits = {Math.log(0.1), Math.log(0.4), Math.log(0.2), Math.log(0.3)};
        assertThat(choose(logits, 0, 1, 0, 0.35)).isEqualTo(1);
        assertThat(choose(logits, 0, 1, 0, 0.45)).isEqualTo(3);
        assertThat(choose(logits, 0, 1, 0, 0.95)).isEqualTo(0);
        assertThat(choose(logits, 3, 1, 0, 0.95)).isEqualTo(2);
        // Of the top three, 0.9 in all, the first two have 7/9: enough for topP 0.75.
        assertThat(choose(logits, 3, 0.75, 0, 0.95)).isEqualTo(3);
        assertThat(choose(logits, 0, 1, 0.6, 0.95)).isEqualTo(3);
        assertThat(ReferenceSampling.choose(logits, 0, 0, 1, 0, 0.99).token()).isEqualTo(1);
    }

    private static int choose(double[] logits, int topK, double topP, double minP, double uniform) {
        return ReferenceSampling.choose(logits, 1, topK, topP, minP, uniform).token();
    }
}
