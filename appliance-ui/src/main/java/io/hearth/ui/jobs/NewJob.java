package io.hearth.ui.jobs;

import io.hearth.contract.Recipe;

/**
 * A job that someone wants. All but dataset and base may be null.
 *
 * @param name what to call it; default: model and dataset
 * @param dataset dataset version by id, name or {@code name:3}
 * @param base base model by id, name, {@code name:3} or {@code name@prod}
 * @param model name of the model that the result becomes a version of; default: made of base and dataset
 * @param recipe how to train; default: every setting's own
 * @param priority 0 to 9; default 5
 * @param evaluationRows most held-out rows that base and result are compared on; default 200; 0: none
 * @param evaluationTokens most tokens of an answer; default 256
 */
public record NewJob(
        String name,
        String dataset,
        String base,
        String model,
        Recipe recipe,
        Integer priority,
        Integer evaluationRows,
        Integer evaluationTokens) {
    static final int PRIORITY = 5;
    static final int ROWS = 200;
    static final int TOKENS = 256;
}
