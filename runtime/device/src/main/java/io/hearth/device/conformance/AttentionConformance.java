package io.hearth.device.conformance;

import io.hearth.device.DType;
import io.hearth.device.SeqLens;
import java.util.Arrays;
import java.util.List;

/** Attention in training and its gradient. */
final class AttentionConformance {
    /** Devices may round probabilities to act before they multiply with v. */
    static final Tolerance ATTENTION = new Tolerance(1e-5, 3);

    /**
     * Probabilities, their gradients and out may be rounded to act on the way, and the rounding of all elements of out goes
     * into one number per row. What this leaves unseen in the short types, f32 shows.
     */
    private static final Tolerance GRADIENT = new Tolerance(3e-5, 10);

    private AttentionConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("attention", "grouped heads, sequences, windows", AttentionConformance::forward),
                new Check("attention", "does not look ahead or across", AttentionConformance::isolation),
                new Check("attentionGrad", "grouped heads, sequences, windows", AttentionConformance::backward));
    }

    /** Sizes of a trial. */
    private record Shape(int keyHeads, int heads, int size, int[] cuQ, int[] lengths, int window) {
        static Shape draw(Trial trial) {
            int keyHeads = trial.size(1, 1, 2, 3);
            int heads = keyHeads * (trial.round() % 3 == 0 ? 1 : trial.round() % 3 == 1 ? 2 : 7);
            int size = trial.size(16, 20, 32, 64, 128);
            int sequences = trial.size(1, 1, 2, 4);
            int[] cuQ = new int[sequences + 1];
            int[] lengths = new int[sequences];
            for (int b = 0; b < sequences; b++) {
                lengths[b] = trial.size(1, 1, 2, 15, 33, 70);
                cuQ[b + 1] = cuQ[b] + lengths[b];
            }
            int window = trial.odd() ? 1 + trial.below(20) : 0;
            return new Shape(keyHeads, heads, size, cuQ, lengths, window);
        }

        int tokens() {
            return cuQ[cuQ.length - 1];
        }

        float scale() {
            return (float) (1 / Math.sqrt(size));
        }

        ReferenceAttention reference() {
            int[][] visible = ReferenceAttention.causal(cuQ, lengths, window, (b, j) -> cuQ[b] + j);
            return new ReferenceAttention(visible, heads, keyHeads, size, scale());
        }
    }

    private static void forward(Trial trial) {
        Shape s = Shape.draw(trial);
        Slot q = trial.input("q", s.tokens(), s.heads, s.size);
        Slot k = trial.input("k", s.tokens(), s.keyHeads, s.size);
        Slot v = trial.input("v", s.tokens(), s.keyHeads, s.size);
        SeqLens lens = trial.lengths(s.cuQ, s.lengths);
        Slot out = trial.output("out", trial.act(), s.tokens(), s.heads, s.size);
        long elements = trial.device().attentionStatsElements(s.tokens(), s.heads);
        Slot stats = trial.round() % 4 == 3 ? null : trial.scratch("stats", DType.F32, null, elements);
        trial.run(() -> trial.kernels()
                .attention(
                        q.tensor(),
                        k.tensor(),
                        v.tensor(),
                        lens,
                        s.scale(),
                        s.window,
                        out.tensor(),
                        stats == null ? null : stats.tensor()));
        trial.expect(out, s.reference().forward(q.inputs(), k.inputs(), v.inputs()), ATTENTION);
    }

    /** What a later token holds, however large, must not reach the tokens before it. */
    private static void isolation(Trial trial) {
        Shape s = Shape.draw(trial);
        int poisoned = s.cuQ[s.lengths.length] - 1;
        Slot q = trial.input("q", s.tokens(), s.heads, s.size);
        Slot k = trial.input("k", trial.act(), poison(trial, s, poisoned), s.tokens(), s.keyHeads, s.size);
        Slot v = trial.input("v", trial.act(), poison(trial, s, poisoned), s.tokens(), s.keyHeads, s.size);
        SeqLens lens = trial.lengths(s.cuQ, s.lengths);
        Slot out = trial.output("out", trial.act(), s.tokens(), s.heads, s.size);
        trial.run(() -> trial.kernels()
                .attention(q.tensor(), k.tensor(), v.tensor(), lens, s.scale(), s.window, out.tensor(), null));
        int before = poisoned * s.heads * s.size;
        double[] wanted = s.reference().forward(q.inputs(), k.inputs(), v.inputs());
        trial.expect(
                "out before the last token",
                out.tensor(),
                Arrays.copyOf(out.values(), before),
                Arrays.copyOf(wanted, before),
                ATTENTION,
                0);
    }

    private static double[] poison(Trial trial, Shape s, int token) {
        double[] values = trial.normal(trial.act(), s.tokens() * s.keyHeads * s.size);
        for (int i = token * s.keyHeads * s.size; i < values.length; i++) {
            values[i] = Rounding.round(trial.act(), 30_000);
        }
        return values;
    }

    private static void backward(Trial trial) {
        Shape s = Shape.draw(trial);
        Slot dOut = trial.input("dOut", s.tokens(), s.heads, s.size);
        Slot q = trial.input("q", s.tokens(), s.heads, s.size);
        Slot k = trial.input("k", s.tokens(), s.keyHeads, s.size);
        Slot v = trial.input("v", s.tokens(), s.keyHeads, s.size);
        SeqLens lens = trial.lengths(s.cuQ, s.lengths);
        Slot out = trial.output("out", trial.act(), s.tokens(), s.heads, s.size);
        long elements = trial.device().attentionStatsElements(s.tokens(), s.heads);
        Slot stats = trial.scratch("stats", DType.F32, null, elements);
        Slot dq = trial.output("dq", trial.act(), s.tokens(), s.heads, s.size);
        Slot dk = trial.output("dk", trial.act(), s.tokens(), s.keyHeads, s.size);
        Slot dv = trial.output("dv", trial.act(), s.tokens(), s.keyHeads, s.size);
        trial.run(() -> {
            trial.kernels()
                    .attention(
                            q.tensor(),
                            k.tensor(),
                            v.tensor(),
                            lens,
                            s.scale(),
                            s.window,
                            out.tensor(),
                            stats.tensor());
            trial.kernels()
                    .attentionGrad(
                            dOut.tensor(),
                            q.tensor(),
                            k.tensor(),
                            v.tensor(),
                            out.tensor(),
                            stats.tensor(),
                            lens,
                            s.scale(),
                            s.window,
                            dq.tensor(),
                            dk.tensor(),
                            dv.tensor());
        });
        ReferenceAttention.Gradients wanted =
                s.reference().gradients(dOut.inputs(), q.inputs(), k.inputs(), v.inputs());
        trial.expect(dv, wanted.v(), GRADIENT);
        // These are differences of numbers as large as the gradient of v: with one visible key they are zero but for
        // rounding.
        double size = Trial.rootMeanSquare(wanted.v());
        trial.expect(dq, wanted.q(), GRADIENT, size);
        trial.expect(dk, wanted.k(), GRADIENT, size);
    }
}
