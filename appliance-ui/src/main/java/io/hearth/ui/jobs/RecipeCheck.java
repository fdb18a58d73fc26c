package io.hearth.ui.jobs;

import io.hearth.contract.Recipe;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.DoublePredicate;

/** Whether a recipe is one that a worker takes; everything that is wrong is told at once, before anything is queued. */
final class RecipeCheck {
    private static final int MANY = 1 << 20;

    private final List<Sentence> problems = new ArrayList<>();

    /**
     * Refuses a recipe that is not right.
     *
     * @param heldOut whether the dataset has rows to evaluate on
     * @param contextLength of the base, or null
     */
    static void require(Recipe recipe, boolean heldOut, Integer contextLength) {
        List<Sentence> problems = problems(recipe, heldOut, contextLength);
        if (!problems.isEmpty()) {
            Sentence all = problems.getFirst();
            for (Sentence next : problems.subList(1, problems.size())) {
                all = Sentence.of("jobs.and", all, next);
            }
            throw new Problem(Problem.Kind.INVALID, all);
        }
    }

    static List<Sentence> problems(Recipe recipe, boolean heldOut, Integer contextLength) {
        RecipeCheck check = new RecipeCheck();
        check.words(recipe);
        check.lengths(recipe, contextLength);
        check.optimizer(recipe);
        check.method(recipe);
        check.evaluation(recipe, heldOut);
        return check.problems;
    }

    private void words(Recipe recipe) {
        word("method", recipe.method(), List.of("lora", "full"));
        word("objective", recipe.objective(), List.of("sft", "next-token"));
        word("schedule", recipe.schedule(), List.of("cosine", "linear", "constant"));
        word("dtype", recipe.dtype(), List.of("f32", "bf16"));
    }

    private void lengths(Recipe recipe, Integer contextLength) {
        number("epochs", recipe.epochs(), v -> v > 0 && v <= 100_000, "0 < … ≤ 100000");
        whole("maxSteps", recipe.maxSteps(), 1, Integer.MAX_VALUE);
        whole("maxLength", recipe.maxLength(), 2, contextLength == null ? MANY : contextLength);
        whole("batchTokens", recipe.batchTokens(), 2, MANY);
        whole("gradientAccumulation", recipe.gradientAccumulation(), 1, 65_536);
        whole("warmupSteps", recipe.warmupSteps(), 0, Integer.MAX_VALUE);
        whole("evaluateEvery", recipe.evaluateEvery(), 0, Integer.MAX_VALUE);
        whole("earlyStoppingPatience", recipe.earlyStoppingPatience(), 0, Integer.MAX_VALUE);
        whole("checkpointEvery", recipe.checkpointEvery(), 0, Integer.MAX_VALUE);
        whole("keepCheckpoints", recipe.keepCheckpoints(), 1, 1000);
    }

    private void optimizer(Recipe recipe) {
        number("learningRate", recipe.learningRate(), v -> v > 0 && v <= 10, "0 < … ≤ 10");
        number("minLearningRate", recipe.minLearningRate(), v -> v >= 0 && v <= 1, "0 … 1");
        number("decayFraction", recipe.decayFraction(), v -> v > 0 && v <= 1, "0 < … ≤ 1");
        number("beta1", recipe.beta1(), v -> v >= 0 && v < 1, "0 ≤ … < 1");
        number("beta2", recipe.beta2(), v -> v >= 0 && v < 1, "0 ≤ … < 1");
        number("eps", recipe.eps(), v -> v > 0 && v <= 1, "0 < … ≤ 1");
        number("weightDecay", recipe.weightDecay(), v -> v >= 0 && v <= 1, "0 … 1");
        number("maxGradNorm", recipe.maxGradNorm(), v -> v >= 0, "≥ 0");
        number("promptLossWeight", recipe.promptLossWeight(), v -> v >= 0 && v <= 1, "0 … 1");
        number("divergenceFactor", recipe.divergenceFactor(), v -> v == 0 || v > 1, "0, > 1");
    }

    private void method(Recipe recipe) {
        if ("full".equals(recipe.method())) {
            loraOnly("loraRank", recipe.loraRank());
            loraOnly("loraAlpha", recipe.loraAlpha());
            loraOnly("loraDropout", recipe.loraDropout());
            loraOnly("targetModules", recipe.targetModules());
            loraOnly("mergeOutput", Boolean.TRUE.equals(recipe.mergeOutput()) ? true : null);
            return;
        }
        whole("loraRank", recipe.loraRank(), 1, 1024);
        number("loraAlpha", recipe.loraAlpha(), v -> v > 0, "> 0");
        number("loraDropout", recipe.loraDropout(), v -> v >= 0 && v < 1, "0 ≤ … < 1");
        List<String> modules = recipe.targetModules();
        boolean known = modules == null
                || !modules.isEmpty()
                        && Recipe.ALL_LINEAR.containsAll(modules)
                        && new HashSet<>(modules).size() == modules.size();
        if (!known) {
            problems.add(Sentence.of("jobs.recipe.word", "targetModules", String.join(", ", Recipe.ALL_LINEAR)));
        }
    }

    private void evaluation(Recipe recipe, boolean heldOut) {
        boolean evaluates = recipe.evaluateEvery() != null && recipe.evaluateEvery() > 0;
        boolean stopsEarly = recipe.earlyStoppingPatience() != null && recipe.earlyStoppingPatience() > 0;
        if ((evaluates || stopsEarly) && !heldOut) {
            problems.add(Sentence.of("jobs.recipe.held-out"));
        }
        if (stopsEarly && !evaluates) {
            problems.add(Sentence.of("jobs.recipe.early-stopping"));
        }
    }

    private void word(String field, String value, List<String> allowed) {
        if (value != null && !allowed.contains(value)) {
            problems.add(Sentence.of("jobs.recipe.word", field, String.join(", ", allowed)));
        }
    }

    private void whole(String field, Integer value, int low, int high) {
        if (value != null && (value < low || value > high)) {
            problems.add(Sentence.of("jobs.recipe.range", field, low + " … " + high));
        }
    }

    private void number(String field, Double value, DoublePredicate allowed, String range) {
        if (value != null && !(Double.isFinite(value) && allowed.test(value))) {
            problems.add(Sentence.of("jobs.recipe.range", field, range));
        }
    }

    private void loraOnly(String field, Object value) {
        if (value != null) {
            problems.add(Sentence.of("jobs.recipe.lora-only", field));
        }
    }
}
