package io.hearth.engine.eval;

import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.PackedForward;
import io.hearth.engine.model.TrainableAdapter;
import java.util.List;

/** Negative log-likelihoods, and logits if wanted, of rows of tokens under a model, with an adapter or without. */
public final class Scorer implements AutoCloseable {
    private final LoadedModel model;
    private final TrainableAdapter adapter;
    private final PackedForward forward;

    /**
     * Scores of one row of n tokens.
     *
     * @param nll {@code -log p(token t+1 | tokens 0..t)} in nats, [n - 1]
     * @param logits [n * V], or null if they were not asked for
     */
    public record Scores(double[] nll, float[] logits) {}

    /**
     * @param model stays the caller's; an adapter stays on it for good
     * @param adapter what is put on it, or null
     * @param maxTokens longest row
     * @throws CheckpointException if the adapter does not fit the model
     * @throws io.hearth.device.DeviceException if the device has not enough memory
     */
    public Scorer(LoadedModel model, LoraAdapter adapter, int maxTokens) {
        this.model = model;
        this.adapter = adapter == null ? null : AdapterBranches.attach(model, adapter);
        this.forward = new PackedForward(model, maxTokens);
    }

    /**
     * Scores one row.
     *
     * @param row token ids in the model's vocabulary, at least one, at most as many as was promised
     * @param wantLogits whether to keep the logits of every position
     */
    public Scores score(int[] row, boolean wantLogits) {
        int vocabulary = model.config().vocabSize();
        double[] nll = new double[row.length - 1];
        float[] logits = wantLogits ? new float[Math.multiplyExact(row.length, vocabulary)] : null;
        forward.forEachLogits(List.of(row), (first, part) -> {
            if (wantLogits) {
                System.arraycopy(part, 0, logits, first * vocabulary, part.length);
            }
            int positions = part.length / vocabulary;
            for (int t = first; t < Math.min(first + positions, nll.length); t++) {
                nll[t] = negativeLogLikelihood(part, (t - first) * vocabulary, vocabulary, row[t + 1]);
            }
        });
        return new Scores(nll, logits);
    }

    private static double negativeLogLikelihood(float[] logits, int from, int vocabulary, int target) {
        double maximum = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < vocabulary; i++) {
            maximum = Math.max(maximum, logits[from + i]);
        }
        double sum = 0;
        for (int i = 0; i < vocabulary; i++) {
            sum += Math.exp(logits[from + i] - maximum);
        }
        return Math.log(sum) + maximum - logits[from + target];
    }

    @Override
    public void close() {
        forward.close();
        if (adapter != null) {
            adapter.close();
        }
    }
}
