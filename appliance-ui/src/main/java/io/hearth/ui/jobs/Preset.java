package io.hearth.ui.jobs;

import io.hearth.contract.Recipe;

/** Recipes to begin with. */
public enum Preset {
    /** One pass with a small adapter: to see whether it works at all. */
    QUICK(1.0, 8, 2e-4),
    /** What suits most datasets. */
    BALANCED(3.0, 16, 2e-4),
    /** More passes and a larger adapter, for few rows or much to learn. */
    THOROUGH(6.0, 32, 1e-4);

    private final double epochs;
    private final int rank;
    private final double learningRate;

    Preset(double epochs, int rank, double learningRate) {
        this.epochs = epochs;
        this.rank = rank;
        this.learningRate = learningRate;
    }

    /** The recipe. */
    public Recipe recipe() {
        Recipe recipe = Recipes.with(Recipe.empty(), "epochs", epochs);
        recipe = Recipes.with(recipe, "loraRank", rank);
        return Recipes.with(recipe, "learningRate", learningRate);
    }

    /** The name in texts. */
    String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
