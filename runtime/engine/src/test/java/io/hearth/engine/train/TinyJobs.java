package io.hearth.engine.train;

import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.engine.model.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Jobs on the tiny golden models, with rows of token ids. */
final class TinyJobs {
    private TinyJobs() {}

    /** A file of rows whose tokens follow a simple rule, so that there is something to learn. */
    static Path rows(Path folder, int count, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            int length = 4 + random.nextInt(12);
            int token = 3 + random.nextInt(150);
            StringBuilder ids = new StringBuilder();
            for (int t = 0; t < length; t++) {
                ids.append(t == 0 ? "" : ", ").append(token);
                token = 3 + (token * 7 + 1) % 150;
            }
            lines.append("{\"input_ids\": [").append(ids).append("]}\n");
        }
        Path file = folder.resolve("rows-" + count + ".jsonl");
        Files.writeString(file, lines.toString());
        return file;
    }

    static TrainJob job(Path output, Path rows, String method) {
        return job(output, rows, recipe(method, 5e-3, 0, 0));
    }

    static TrainJob job(Path output, Path rows, Recipe recipe) {
        return new TrainJob(
                "tiny",
                Golden.root().resolve("qwen2").toString(),
                null,
                new TrainJob.Data(rows.toString(), null, null, null, null, null),
                recipe,
                output.toString(),
                null,
                null);
    }

    /** A LoRA run of so many steps. */
    static Recipe steps(int steps, int checkpointEvery) {
        return recipe("lora", 5e-3, checkpointEvery, 0, steps);
    }

    /** Twenty steps with dropout, accumulation, warm-up and clipping. */
    static Recipe recipe(String method, double learningRate, int checkpointEvery, int patience) {
        return recipe(method, learningRate, checkpointEvery, patience, 20);
    }

    private static Recipe recipe(String method, double learningRate, int checkpointEvery, int patience, int steps) {
        Recipe e = Recipe.empty();
        return new Recipe(
                method,
                e.objective(),
                4,
                e.loraAlpha(),
                method.equals("lora") ? 0.1 : null,
                e.targetModules(),
                e.epochs(),
                steps,
                64,
                e.packing(),
                64,
                2,
                learningRate,
                "cosine",
                patience > 0 ? 0 : 3,
                e.minLearningRate(),
                e.decayFraction(),
                e.beta1(),
                e.beta2(),
                e.eps(),
                e.weightDecay(),
                e.maxGradNorm(),
                e.promptLossWeight(),
                e.seed(),
                "f32",
                e.recompute(),
                patience > 0 ? 1 : null,
                patience,
                checkpointEvery > 0 ? checkpointEvery : 7,
                e.keepCheckpoints(),
                e.divergenceFactor(),
                method.equals("lora"));
    }
}
