package io.hearth.worker.job;

import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;

/** Checks the values of a job as written in its file, before defaults are filled in. */
final class JobValidator {
    static final List<String> METHODS = List.of("lora", "full");
    static final List<String> OBJECTIVES = List.of("sft", "next-token");
    static final List<String> SCHEDULES = List.of("cosine", "linear", "constant");
    static final List<String> DTYPES = List.of("f32", "bf16");
    static final List<String> SHAPES =
            List.of("auto", "messages", "sharegpt", "alpaca", "prompt-completion", "text", "tokens");
    static final List<String> BAD_ROWS = List.of("refuse", "skip");

    private static final int MANY = 1 << 20;

    private final Problems problems;

    JobValidator(Problems problems) {
        this.problems = problems;
    }

    /** @param job with absolute paths */
    void check(TrainJob job) {
        if (job.job() != null && !job.job().matches("[\\p{L}\\p{N}._ -]{1,200}")) {
            problems.add("\"job\" must be a name of letters, digits, spaces, dots, dashes and underscores.");
        }
        if (job.base() == null) {
            problems.add("\"base\" is missing: the directory of the base model.");
        }
        problems.directory("base", job.base(), "config.json", "a model in Hugging Face layout");
        problems.directory("adapter", job.adapter(), "adapter_config.json", "a PEFT adapter");
        if (job.output() == null) {
            problems.add("\"output\" is missing: the directory that receives checkpoints and the result.");
        } else if (job.output().equals(job.base()) || job.output().equals(job.adapter())) {
            problems.add("\"output\" must not be the directory of the base model or of the adapter.");
        }
        problems.output("output", job.output());
        problems.device(job.device());
        devices(job);
        data(job.data());
        if (job.recipe() != null) {
            recipe(job.recipe(), job);
        }
    }

    private void devices(TrainJob job) {
        List<String> devices = job.devices();
        if (devices == null) {
            return;
        }
        if (job.device() != null) {
            problems.add("\"device\" and \"devices\" are both given; leave one of them out.");
        }
        if (devices.isEmpty() || devices.contains(null)) {
            problems.add("\"devices\" must name at least one card, such as [\"cuda:0\", \"cuda:1\"].");
            return;
        }
        devices.forEach(device -> problems.device("devices", device));
        if (devices.stream().map(device -> device.split(":", 2)[0]).distinct().count() > 1) {
            problems.add("\"devices\" names cards of several kinds; the cards of one job must be of one kind.");
        }
        for (String device : new HashSet<>(devices)) {
            if (Collections.frequency(devices, device) > 1 && !device.equals("cpu:0")) {
                problems.add("\"devices\" names " + device + " twice; a card can take one part of a job.");
            }
        }
    }

    private void data(TrainJob.Data data) {
        if (data == null || data.train() == null) {
            problems.add("\"data.train\" is missing: the file of training rows.");
        }
        if (data == null) {
            return;
        }
        problems.file("data.train", data.train());
        problems.file("data.evaluation", data.evaluation());
        problems.number("data.evaluationFraction", data.evaluationFraction(), v -> v >= 0 && v <= 0.5, "from 0 to 0.5");
        problems.word("data.shape", data.shape(), SHAPES);
        problems.word("data.badRows", data.badRows(), BAD_ROWS);
        if (data.evaluation() != null && data.evaluationFraction() != null && data.evaluationFraction() > 0) {
            problems.add("\"data.evaluation\" and \"data.evaluationFraction\" are both given; leave one of them out.");
        }
    }

    private void recipe(Recipe recipe, TrainJob job) {
        problems.word("recipe.method", recipe.method(), METHODS);
        problems.word("recipe.objective", recipe.objective(), OBJECTIVES);
        problems.word("recipe.schedule", recipe.schedule(), SCHEDULES);
        problems.word("recipe.dtype", recipe.dtype(), DTYPES);
        lengths(recipe);
        optimizer(recipe);
        if ("full".equals(recipe.method())) {
            full(recipe, job);
        } else {
            lora(recipe);
        }
        boolean held = job.data() != null
                && (job.data().evaluation() != null
                        || (job.data().evaluationFraction() != null
                                && job.data().evaluationFraction() > 0));
        if (positive(recipe.earlyStoppingPatience()) && !(held && positive(recipe.evaluateEvery()))) {
            problems.add("\"recipe.earlyStoppingPatience\" needs \"recipe.evaluateEvery\" above 0 and held-out rows"
                    + " (\"data.evaluation\" or \"data.evaluationFraction\").");
        }
        if (positive(recipe.evaluateEvery()) && !held) {
            problems.add("\"recipe.evaluateEvery\" needs held-out rows (\"data.evaluation\" or"
                    + " \"data.evaluationFraction\").");
        }
    }

    private static boolean positive(Integer value) {
        return value != null && value > 0;
    }

    private void lengths(Recipe recipe) {
        problems.number("recipe.epochs", recipe.epochs(), v -> v > 0 && v <= 100_000, "above 0 and at most 100000");
        problems.integer("recipe.maxSteps", recipe.maxSteps(), 1, Integer.MAX_VALUE);
        problems.integer("recipe.maxLength", recipe.maxLength(), 2, MANY);
        problems.integer("recipe.batchTokens", recipe.batchTokens(), 2, MANY);
        problems.integer("recipe.gradientAccumulation", recipe.gradientAccumulation(), 1, 65_536);
        problems.integer("recipe.evaluateEvery", recipe.evaluateEvery(), 0, Integer.MAX_VALUE);
        problems.integer("recipe.earlyStoppingPatience", recipe.earlyStoppingPatience(), 0, Integer.MAX_VALUE);
        problems.integer("recipe.checkpointEvery", recipe.checkpointEvery(), 0, Integer.MAX_VALUE);
        problems.integer("recipe.keepCheckpoints", recipe.keepCheckpoints(), 1, 1000);
    }

    private void optimizer(Recipe recipe) {
        problems.number("recipe.learningRate", recipe.learningRate(), v -> v > 0 && v <= 10, "above 0 and at most 10");
        problems.integer("recipe.warmupSteps", recipe.warmupSteps(), 0, Integer.MAX_VALUE);
        problems.number("recipe.minLearningRate", recipe.minLearningRate(), v -> v >= 0 && v <= 1, "from 0 to 1");
        problems.number("recipe.decayFraction", recipe.decayFraction(), v -> v > 0 && v <= 1, "above 0 and at most 1");
        problems.number("recipe.beta1", recipe.beta1(), v -> v >= 0 && v < 1, "at least 0 and below 1");
        problems.number("recipe.beta2", recipe.beta2(), v -> v >= 0 && v < 1, "at least 0 and below 1");
        problems.number("recipe.eps", recipe.eps(), v -> v > 0 && v <= 1, "above 0 and at most 1");
        problems.number("recipe.weightDecay", recipe.weightDecay(), v -> v >= 0 && v <= 1, "from 0 to 1");
        problems.number("recipe.maxGradNorm", recipe.maxGradNorm(), v -> v >= 0, "0 (never) or more");
        problems.number("recipe.promptLossWeight", recipe.promptLossWeight(), v -> v >= 0 && v <= 1, "from 0 to 1");
        problems.number(
                "recipe.divergenceFactor", recipe.divergenceFactor(), v -> v == 0 || v > 1, "0 (never) or above 1");
    }

    private void lora(Recipe recipe) {
        problems.integer("recipe.loraRank", recipe.loraRank(), 1, 1024);
        problems.number("recipe.loraAlpha", recipe.loraAlpha(), v -> v > 0, "above 0");
        problems.number("recipe.loraDropout", recipe.loraDropout(), v -> v >= 0 && v < 1, "at least 0 and below 1");
        List<String> modules = recipe.targetModules();
        if (modules == null) {
            return;
        }
        if (modules.isEmpty()) {
            problems.add("\"recipe.targetModules\" is empty; leave it out to adapt all seven projections.");
        }
        modules.forEach(module -> {
            if (module == null) {
                problems.add("\"recipe.targetModules\" holds null.");
            }
            problems.word("recipe.targetModules", module, Recipe.ALL_LINEAR);
        });
        if (new HashSet<>(modules).size() < modules.size()) {
            problems.add("\"recipe.targetModules\" names a projection twice.");
        }
    }

    private void full(Recipe recipe, TrainJob job) {
        if (job.adapter() != null) {
            problems.add("\"adapter\" is given, but \"recipe.method\" is full, which trains the base model itself.");
        }
        loraOnly("recipe.loraRank", recipe.loraRank());
        loraOnly("recipe.loraAlpha", recipe.loraAlpha());
        loraOnly("recipe.loraDropout", recipe.loraDropout());
        loraOnly("recipe.targetModules", recipe.targetModules());
        if (Boolean.TRUE.equals(recipe.mergeOutput())) {
            loraOnly("recipe.mergeOutput", true);
        }
    }

    private void loraOnly(String field, Object value) {
        if (value != null) {
            problems.add("\"" + field + "\" is for the method lora; leave it out, since \"recipe.method\" is full.");
        }
    }
}
