package io.hearth.engine.train;

import io.hearth.contract.Recipe;

/**
 * Learning rate over the steps of a run: a linear warm-up to the peak, a plateau, and a fall over the last steps.
 *
 * @param peak highest rate
 * @param shape of the fall
 * @param warmupSteps steps from 0 to the peak
 * @param decayStart step after which the rate falls
 * @param steps all steps
 * @param floor rate at the end as a share of the peak
 */
public record LearningRate(double peak, Shape shape, int warmupSteps, int decayStart, int steps, double floor) {
    /** How the rate falls. */
    public enum Shape {
        COSINE,
        LINEAR,
        CONSTANT
    }

    /** The schedule of a recipe with defaults filled in. */
    public static LearningRate of(Recipe recipe, int steps) {
        int warmup = recipe.warmupSteps() != null ? recipe.warmupSteps() : (int) Math.ceil(0.03 * steps);
        if (recipe.schedule().equals("constant") && recipe.warmupSteps() == null) {
            warmup = 0;
        }
        warmup = Math.min(warmup, steps);
        int decayStart = Math.max(warmup, (int) Math.round(steps * (1 - recipe.decayFraction())));
        Shape shape = switch (recipe.schedule()) {
            case "cosine" -> Shape.COSINE;
            case "linear" -> Shape.LINEAR;
            case "constant" -> Shape.CONSTANT;
            default ->
                throw new JobException(
                        "The schedule \"" + recipe.schedule() + "\" is not known. Choose cosine, linear or constant.");
        };
        return new LearningRate(recipe.learningRate(), shape, warmup, decayStart, steps, recipe.minLearningRate());
    }

    /** Rate of a step, counted from 1. */
    public double at(int step) {
        if (step <= warmupSteps) {
            return peak * step / warmupSteps;
        }
        if (step <= decayStart || shape == Shape.CONSTANT) {
            return peak;
        }
        double progress = Math.min(1, (step - 1.0 - decayStart) / Math.max(1, steps - decayStart));
        double left = shape == Shape.LINEAR ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
        return peak * (floor + (1 - floor) * left);
    }
}
