package io.hearth.device.conformance;

import io.hearth.device.DType;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.util.List;

/** Calls that break the rules must be refused by name, before anything is written. */
final class RefusalConformance {
    private RefusalConformance() {}

    static List<Check> checks() {
        return List.of(
                new Check("matmul", "refuses wrong shapes", RefusalConformance::matmul),
                new Check("copy", "refuses wrong shapes", RefusalConformance::copy),
                new Check("rmsNorm", "refuses wrong types", RefusalConformance::rmsNorm),
                new Check("swiGlu", "refuses views", RefusalConformance::swiGlu),
                new Check("attention", "refuses uneven heads", RefusalConformance::attention));
    }

    private static void refused(Trial trial, String tensor, Runnable call) {
        trial.run(() -> {
            try {
                call.run();
            } catch (IllegalArgumentException e) {
                trial.require(
                        e.getMessage() != null && e.getMessage().contains(tensor),
                        "the refusal \"" + e.getMessage() + "\" does not name " + tensor);
                return;
            }
            throw new ConformanceFailure("a call with a wrong " + tensor + " was not refused");
        });
    }

    private static void matmul(Trial trial) {
        Tensor a = trial.input("a", 3, 4).tensor();
        Tensor b = trial.input("b", 4, 5).tensor();
        Tensor out = trial.update("out", trial.act(), 3, 6).tensor();
        refused(trial, "out", () -> trial.kernels().matmul(a, false, b, false, 1, 0, out));
        refused(trial, "b", () -> trial.kernels().matmul(a, true, b, false, 1, 0, out));
    }

    private static void copy(Trial trial) {
        Tensor source = trial.input("source", 3, 4).tensor();
        Tensor target = trial.update("target", trial.act(), 4, 3).tensor();
        refused(trial, "target", () -> trial.kernels().copy(source, target));
    }

    private static void rmsNorm(Trial trial) {
        Tensor x = trial.input("x", 3, 4).tensor();
        Tensor gamma = trial.input("gamma", 4).tensor();
        Tensor y = trial.update("y", trial.act(), 3, 4).tensor();
        Tensor rstd = trial.update("rstd", DType.I32, 3).tensor();
        refused(trial, "rstd", () -> trial.kernels().rmsNorm(x, gamma, 1e-5f, y, rstd));
        refused(trial, "gamma", () -> trial.kernels().rmsNorm(x, null, 1e-5f, y, rstd));
    }

    private static void swiGlu(Trial trial) {
        Tensor gateUp = trial.inputView("gateUp", 3, 8).tensor();
        Tensor h = trial.update("h", trial.act(), 3, 4).tensor();
        refused(trial, "gateUp", () -> trial.kernels().swiGlu(gateUp, h));
    }

    private static void attention(Trial trial) {
        Tensor q = trial.input("q", 2, 3, 16).tensor();
        Tensor k = trial.input("k", 2, 2, 16).tensor();
        Tensor out = trial.update("out", trial.act(), 2, 3, 16).tensor();
        SeqLens lens = trial.lengths(new int[] {0, 2}, new int[] {2});
        refused(trial, "k", () -> trial.kernels().attention(q, k, k, lens, 0.25f, 0, out, null));
    }
}
