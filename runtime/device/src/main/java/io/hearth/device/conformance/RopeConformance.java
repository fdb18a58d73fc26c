package io.hearth.device.conformance;

import io.hearth.device.DType;
import io.hearth.device.Tensor;
import java.util.Arrays;
import java.util.List;

/** Rotary embedding and the split of the fused projection. */
final class RopeConformance {
    private static final Tolerance ROTATION = new Tolerance(3e-6, 1);

    /** With norms there are up to three roundings before the last: x * rstd, times gamma, and the last itself. */
    private static final Tolerance NORM_AND_ROTATION = new Tolerance(5e-6, 5);

    private static final Tolerance GRADIENT = new Tolerance(1e-5, 1);
    private static final float EPS = 1e-6f;

    private RopeConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("ropeTable", "positions in any order", RopeConformance::table),
                new Check("qkvRope", "without norms", trial -> forward(trial, false)),
                new Check("qkvRope", "with norms", trial -> forward(trial, true)),
                new Check("qkvRopeGrad", "without norms", trial -> backward(trial, false)),
                new Check("qkvRopeGrad", "with norms", trial -> backward(trial, true)));
    }

    private static void table(Trial trial) {
        int size = trial.size(16, 20, 64, 128);
        int maximum = trial.size(1, 50, 400);
        int[] positions = new int[trial.size(1, 7, 60)];
        Arrays.setAll(positions, i -> trial.below(maximum));
        Slot index = trial.indices("positions", positions);
        Slot table = trial.input("table", DType.F32, trial.normal(DType.F32, maximum * size), maximum, size);
        Slot cos = trial.output("cos", trial.act(), positions.length, size);
        Slot sin = trial.output("sin", trial.act(), positions.length, size);
        trial.run(() -> trial.kernels().ropeTable(index.tensor(), table.tensor(), cos.tensor(), sin.tensor()));
        double[] rows = ElementwiseConformance.rows(table.inputs(), size, positions);
        for (Slot part : List.of(cos, sin)) {
            double[] half = ReferenceRope.columns(rows, size, part == cos ? 0 : size / 2, size / 2);
            double[] twice = ReferenceRope.join(half, half, new double[0], positions.length);
            trial.expect(part, Rounding.round(trial.act(), twice), Tolerance.EXACT);
        }
    }

    /** Sizes and angles of a trial. */
    private record Heads(int tokens, int keyHeads, int heads, int size, Slot cos, Slot sin) {
        static Heads draw(Trial trial) {
            int tokens = trial.size(1, 3, 17);
            int keyHeads = trial.size(1, 1, 2, 3);
            int heads = keyHeads * trial.size(1, 2, 7);
            int size = trial.size(16, 20, 32, 64, 128);
            double[] cos = new double[tokens * size];
            double[] sin = new double[tokens * size];
            for (int t = 0; t < tokens; t++) {
                for (int d = 0; d < size / 2; d++) {
                    double angle = 100 * trial.uniform();
                    for (int half = 0; half < 2; half++) {
                        cos[t * size + half * size / 2 + d] = Rounding.round(trial.act(), Math.cos(angle));
                        sin[t * size + half * size / 2 + d] = Rounding.round(trial.act(), Math.sin(angle));
                    }
                }
            }
            return new Heads(
                    tokens,
                    keyHeads,
                    heads,
                    size,
                    trial.input("cos", trial.act(), cos, tokens, size),
                    trial.input("sin", trial.act(), sin, tokens, size));
        }

        int width() {
            return (heads + 2 * keyHeads) * size;
        }

        double[] columns(double[] qkv, int fromHead, int count) {
            return ReferenceRope.columns(qkv, width(), fromHead * size, count * size);
        }
    }

    private static Tensor tensor(Slot slot) {
        return slot == null ? null : slot.tensor();
    }

    private static void forward(Trial trial, boolean norms) {
        Heads h = Heads.draw(trial);
        Slot qkv = trial.input("qkv", h.tokens, h.width());
        Slot qGamma = norms ? trial.input("qGamma", h.size) : null;
        Slot kGamma = norms ? trial.input("kGamma", h.size) : null;
        Slot q = trial.output("q", trial.act(), h.tokens, h.heads, h.size);
        Slot k = trial.output("k", trial.act(), h.tokens, h.keyHeads, h.size);
        Slot v = trial.output("v", trial.act(), h.tokens, h.keyHeads, h.size);
        Slot qRstd = norms ? trial.output("qRstd", DType.F32, h.tokens, h.heads) : null;
        Slot kRstd = norms ? trial.output("kRstd", DType.F32, h.tokens, h.keyHeads) : null;
        trial.run(() -> trial.kernels()
                .qkvRope(
                        qkv.tensor(),
                        h.cos.tensor(),
                        h.sin.tensor(),
                        tensor(qGamma),
                        tensor(kGamma),
                        EPS,
                        q.tensor(),
                        k.tensor(),
                        v.tensor(),
                        tensor(qRstd),
                        tensor(kRstd)));
        expectHeads(trial, h, h.columns(qkv.inputs(), 0, h.heads), h.heads, qGamma, q, qRstd);
        expectHeads(trial, h, h.columns(qkv.inputs(), h.heads, h.keyHeads), h.keyHeads, kGamma, k, kRstd);
        trial.expect(v, h.columns(qkv.inputs(), h.heads + h.keyHeads, h.keyHeads), Tolerance.EXACT);
    }

    private static void expectHeads(Trial trial, Heads h, double[] x, int heads, Slot gamma, Slot out, Slot rstd) {
        double[] normed = x;
        if (gamma != null) {
            double[] statistics = ReferenceNorms.rstd(x, h.size, EPS);
            trial.expect(rstd, statistics, ROTATION);
            normed = ReferenceNorms.rmsNorm(x, statistics, gamma.inputs(), Rounding.to(trial.act()));
        }
        double[] wanted = ReferenceRope.rotate(normed, h.cos.inputs(), h.sin.inputs(), heads, h.size);
        trial.expect(out, wanted, gamma == null ? ROTATION : NORM_AND_ROTATION);
    }

    private static void backward(Trial trial, boolean norms) {
        Heads h = Heads.draw(trial);
        boolean inPlace = norms && trial.odd();
        boolean frozen = trial.round() % 3 == 2;
        Slot dq = trial.input("dq", h.tokens, h.heads, h.size);
        Slot dk = trial.input("dk", h.tokens, h.keyHeads, h.size);
        Slot dv = trial.input("dv", h.tokens, h.keyHeads, h.size);
        Slot qkv = inPlace
                ? trial.update("qkv", trial.act(), h.tokens, h.width())
                : norms ? trial.input("qkv", h.tokens, h.width()) : null;
        Slot dqkv = inPlace ? qkv : trial.output("dqkv", trial.act(), h.tokens, h.width());
        Norm query = norms ? Norm.draw(trial, "q", h, qkv, 0, h.heads, frozen) : Norm.NONE;
        Norm key = norms ? Norm.draw(trial, "k", h, qkv, h.heads, h.keyHeads, frozen) : Norm.NONE;
        trial.run(() -> trial.kernels()
                .qkvRopeGrad(
                        dq.tensor(),
                        dk.tensor(),
                        dv.tensor(),
                        tensor(qkv),
                        h.cos.tensor(),
                        h.sin.tensor(),
                        tensor(query.gamma),
                        tensor(key.gamma),
                        tensor(query.rstd),
                        tensor(key.rstd),
                        dqkv.tensor(),
                        tensor(query.dGamma),
                        tensor(key.dGamma)));
        double[] queries = query.gradient(trial, h, dq, h.heads);
        double[] keys = key.gradient(trial, h, dk, h.keyHeads);
        trial.expect(dqkv, ReferenceRope.join(queries, keys, dv.inputs(), h.tokens), GRADIENT);
    }

    /** The norm of queries or keys: its input, gamma, statistics and gradient. */
    private record Norm(double[] x, Slot gamma, Slot rstd, Slot dGamma) {
        static final Norm NONE = new Norm(null, null, null, null);

        static Norm draw(Trial trial, String name, Heads h, Slot qkv, int fromHead, int heads, boolean frozen) {
            double[] x = h.columns(qkv.inputs(), fromHead, heads);
            double[] statistics = ReferenceNorms.rstd(x, h.size, EPS);
            return new Norm(
                    x,
                    trial.input(name + "Gamma", h.size),
                    trial.input(name + "Rstd", DType.F32, statistics, h.tokens, heads),
                    frozen ? null : trial.update("d" + name + "Gamma", DType.F32, h.size));
        }

        double[] gradient(Trial trial, Heads h, Slot dOut, int heads) {
            double[] back = ReferenceRope.rotateGrad(dOut.inputs(), h.cos.inputs(), h.sin.inputs(), heads, h.size);
            if (gamma == null) {
                return back;
            }
            if (dGamma != null) {
                double[] sums = ReferenceNorms.gammaGrad(back, x, rstd.inputs(), h.size);
                trial.expect(dGamma, ReferenceDense.sum(dGamma.inputs(), 1, sums), GRADIENT);
            }
            return ReferenceNorms.rmsNormGrad(back, x, rstd.inputs(), gamma.inputs());
        }
    }
}
