package io.hearth.engine.eval;

import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.PackedForward;
import io.hearth.engine.model.TrainableAdapter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Greedy answers by the trainer's forward pass: every token anew over the whole row, without a cache and without batching.
 * Slow, and therefore a witness.
 */
public final class TrainerAnswers implements AutoCloseable {
    private final LoadedModel model;
    private final TrainableAdapter adapter;
    private final PackedForward forward;

    /**
     * @param model stays the caller's; an adapter stays on it for good
     * @param adapter put onto the model as training does it, or null
     * @param maxTokens longest prompt with its answer
     */
    public TrainerAnswers(LoadedModel model, LoraAdapter adapter, int maxTokens) {
        this.model = model;
        this.adapter = adapter == null ? null : AdapterBranches.attach(model, adapter);
        this.forward = new PackedForward(model, maxTokens);
    }

    /** Answers each prompt with at most {@code maxNew} tokens, ending with an end-of-text token. */
    public List<TokenTrace> answer(List<int[]> prompts, int maxNew) {
        List<TokenTrace> traces = new ArrayList<>();
        for (int[] prompt : prompts) {
            int[] row = prompt;
            while (row.length - prompt.length < maxNew && row.length < forward.maxTokens()) {
                int next = forward.nextToken(row);
                row = Arrays.copyOf(row, row.length + 1);
                row[row.length - 1] = next;
                if (model.config().isEos(next)) {
                    break;
                }
            }
            traces.add(new TokenTrace(prompt, Arrays.copyOfRange(row, prompt.length, row.length)));
        }
        return traces;
    }

    @Override
    public void close() {
        forward.close();
        if (adapter != null) {
            adapter.close();
        }
    }
}
