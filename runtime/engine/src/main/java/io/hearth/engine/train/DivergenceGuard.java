package io.hearth.engine.train;

/**
 * Notices that training is going wrong: the smoothed loss is worse than it was at the start and many times the lowest that
 * it has been.
 */
final class DivergenceGuard {
    private static final double MEMORY = 0.9;

    private final double factor;
    private State state;

    /**
     * What the guard remembers; part of a checkpoint.
     *
     * @param first loss of the first step
     * @param smoothed exponential mean of the loss
     * @param lowest lowest mean so far
     */
    record State(double first, double smoothed, double lowest) {}

    /** @param factor how many times the lowest smoothed loss is too much; 0 = never */
    DivergenceGuard(double factor, State state) {
        this.factor = factor;
        this.state = state;
    }

    State state() {
        return state;
    }

    /**
     * Takes a step's loss into account.
     *
     * @throws JobException if the run has diverged
     */
    void check(int step, double loss, double gradNorm, double learningRate) {
        if (!Double.isFinite(loss) || !Double.isFinite(gradNorm)) {
            throw new JobException("Training stopped at step %d: the %s is no longer a number. "
                            .formatted(step, Double.isFinite(loss) ? "gradient" : "loss")
                    + advice(learningRate));
        }
        if (state == null) {
            state = new State(loss, loss, loss);
            return;
        }
        double smoothed = MEMORY * state.smoothed() + (1 - MEMORY) * loss;
        state = new State(state.first(), smoothed, Math.min(state.lowest(), smoothed));
        if (factor > 0 && smoothed > state.first() && smoothed > factor * state.lowest()) {
            throw new JobException(
                    "Training stopped at step %d: it diverges; the loss has risen to %.3f from a lowest of %.3f. "
                                    .formatted(step, smoothed, state.lowest())
                            + advice(learningRate));
        }
    }

    private static String advice(double learningRate) {
        return "The learning rate of %.3g is probably too high: try a tenth of it, or more warm-up steps. "
                        .formatted(learningRate)
                + "The last good checkpoint is kept.";
    }
}
