package io.hearth.starter;

import io.hearth.contract.Event;
import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains the starter model from nothing, by the same full-parameter training that any job uses. What it writes depends on
 * nothing but this code, the number of compute threads and the instruction set of the CPU. A run that was stopped goes on.
 */
final class StarterTraining {
    /** Conversations of the shipped model, 7.7 million tokens, each seen once. */
    static final int DOCUMENTS = 100_000;

    private static final long CORPUS_SEED = 1;
    private static final long WEIGHTS_SEED = 1;
    private static final int LINE_EVERY = 50;

    private final Path work;
    private final Consumer<String> say;

    /**
     * @param work receives the corpus, the first weights and the checkpoints
     * @param say told of progress, a line at a time
     */
    StarterTraining(Path work, Consumer<String> say) {
        this.work = work;
        this.say = say;
    }

    /**
     * Makes the model, or its first steps.
     *
     * @param output directory of a model's configuration and tokenizer, which receives the weights; null for none
     * @param maxSteps steps after which to end; null for the whole run
     * @return hash of the weights
     */
    String run(Path output, Integer maxSteps) throws IOException {
        Path corpus = work.resolve("corpus.jsonl");
        Path base = work.resolve("untrained");
        Files.createDirectories(work);
        if (!Files.exists(corpus)) {
            say.accept("Writing " + DOCUMENTS + " conversations to " + corpus);
            writeCorpus(corpus, maxSteps == null ? DOCUMENTS : Math.min(DOCUMENTS, 60 * maxSteps));
        }
        if (!Files.exists(base.resolve("model.safetensors"))) {
            BytePairVocabulary vocabulary = StarterTokenizer.train(StarterTokenizer.SEED, StarterTokenizer.DOCUMENTS);
            StarterModel model =
                    new StarterModel(ModelShape.SHIPPED, vocabulary.tokens().size());
            Files.createDirectories(base);
            StarterTokenizer.write(vocabulary, base);
            model.writeConfig(base);
            model.writeWeights(base, WEIGHTS_SEED);
        }
        Path result = work.resolve("out");
        TrainJob job = new TrainJob(
                "starter",
                base.toString(),
                null,
                new TrainJob.Data(corpus.toString(), null, null, "messages", null, null),
                recipe(maxSteps),
                result.toString(),
                null,
                null);
        String[] sha256 = new String[1];
        try (Device device = Devices.open(Devices.discover().cards().getFirst().id())) {
            BooleanSupplier never = () -> false;
            new TrainingRun(job, device, event -> hear(event, sha256)).run(never);
        }
        if (output != null) {
            publish(result.resolve("model").resolve("model.safetensors"), output);
        }
        return sha256[0];
    }

    private static void writeCorpus(Path corpus, int documents) throws IOException {
        StarterCorpus source = new StarterCorpus(CORPUS_SEED);
        WholeFile.write(corpus, out -> {
            for (int i = 0; i < documents; i++) {
                WholeFile.writeLine(out, new PumpDataset.TrainRow(source.next()));
            }
        });
    }

    /** The recipe of the shipped model. The learning rate falls over the last two fifths of the steps. */
    static Recipe recipe(Integer maxSteps) {
        Recipe e = Recipe.empty();
        return new Recipe(
                "full",
                "sft",
                e.loraRank(),
                e.loraAlpha(),
                e.loraDropout(),
                e.targetModules(),
                1.0,
                maxSteps,
                512,
                e.packing(),
                2048,
                e.gradientAccumulation(),
                0.003,
                "linear",
                40,
                0.02,
                0.4,
                e.beta1(),
                0.95,
                e.eps(),
                0.1,
                e.maxGradNorm(),
                0.2,
                1L,
                "bf16",
                e.recompute(),
                e.evaluateEvery(),
                e.earlyStoppingPatience(),
                500,
                e.keepCheckpoints(),
                e.divergenceFactor(),
                e.mergeOutput());
    }

    private void hear(Event event, String[] sha256) {
        switch (event) {
            case Event.Step step
            when step.step() % LINE_EVERY == 0 || step.step() == step.steps() ->
                say.accept("step %d of %d, loss %.3f, %.0f tokens/s, %.0f s left"
                        .formatted(step.step(), step.steps(), step.loss(), step.tokensPerSecond(), step.etaSeconds()));
            case Event.Phase phase -> say.accept(phase.detail());
            case Event.Done done -> sha256[0] = done.sha256();
            default -> {}
        }
    }

    private static void publish(Path weights, Path output) throws IOException {
        AtomicFiles.writeBytes(output.resolve("model.safetensors"), Files.readAllBytes(weights));
    }

    /** A line for a person. */
    static String summary(String sha256) {
        return String.format(Locale.ROOT, "The weights have the SHA-256 %s", sha256);
    }
}
