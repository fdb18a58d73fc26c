package io.hearth.engine.train;

import io.hearth.contract.Plan;
import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.PlanningDevice;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.ModelConfigReader;
import io.hearth.engine.model.PackedBatch;
import io.hearth.engine.parallel.Ranks;
import java.nio.file.Path;
import java.util.List;

/**
 * Works out what a job will need before it starts: memory by running a step on a device that only counts, time by running a
 * few real steps.
 */
public final class Planner {
    private static final int FEWEST_STEPS = 3;
    private static final long SHORTEST_NANOS = 2_000_000_000L;
    private static final long LONGEST_NANOS = 10_000_000_000L;

    private Planner() {}

    /**
     * Plans a job. On several cards each needs the memory of the plan; the time is that of one card divided by their number,
     * without what they tell each other.
     *
     * @param job with absolute paths; defaults are filled in here
     * @param device one of the job's cards
     * @throws JobException with a sentence if the job cannot be done for another reason than memory
     */
    public static Plan plan(TrainJob job, Device device) {
        TrainJob full = job.withDefaults();
        Recipe recipe = full.recipe();
        Path base = Path.of(full.base());
        ModelConfig config = ModelConfigReader.read(base);
        int maxLength = TrainingRun.maxLength(recipe, config);
        TrainingData data = TrainingData.read(full.data(), recipe, base, config, maxLength);
        int batchTokens = data.batchTokens(recipe);
        Batcher batcher = new Batcher(data.train(), recipe, batchTokens);
        DType act = TrainingSession.act(recipe, device);
        Plan.Memory memory = memory(full, device.plan(), config, act, maxLength, batchTokens);
        long free = device.info().freeBytes();
        long tokens = tokens(batcher);
        if (memory.total() > free) {
            String advice =
                    "The job needs %s, but %s has %s free. Try a smaller batchTokens or maxLength, recompute: true%s, or a smaller model."
                            .formatted(
                                    gibibytes(memory.total()),
                                    device.info().id(),
                                    gibibytes(free),
                                    recipe.method().equals("full") ? ", the method lora" : ", a lower rank");
            return new Plan(memory, free, false, batcher.steps(), tokens, 0, 0, advice);
        }
        double tokensPerSecond =
                full.cards().size() * calibrate(full, device, base, act, maxLength, batchTokens, batcher);
        return new Plan(memory, free, true, batcher.steps(), tokens, tokensPerSecond, tokens / tokensPerSecond, "");
    }

    private static String gibibytes(long bytes) {
        return "%.1f GiB".formatted(bytes / (double) (1L << 30));
    }

    /** Tokens of the whole run; for long runs the first steps stand for the others. */
    private static long tokens(Batcher batcher) {
        int sampled = Math.min(batcher.steps(), 1000);
        long tokens = 0;
        for (int step = 0; step < sampled; step++) {
            tokens += batcher.microBatches(step).stream()
                    .mapToLong(PackedBatch::tokens)
                    .sum();
        }
        return Math.round(tokens * (batcher.steps() / (double) sampled));
    }

    static Plan.Memory memory(
            TrainJob job, PlanningDevice planning, ModelConfig config, DType act, int maxLength, int batchTokens) {
        LoadedModel model =
                LoadedModel.blank(planning, config, act, maxLength, job.recipe().recompute());
        try (TrainingSession session = TrainingSession.open(job, model, batchTokens, Ranks.alone())) {
            long weights = model.weights().arena().values().bytes()
                    + (session.isAdapter() ? session.trained().values().bytes() : 0);
            long gradients = session.trained().gradients().bytes();
            long optimizer = session.trainer().optimizer().bytes();
            long activations = session.trainer().activationBytes();
            long workspace = planning.peakBytes() - weights - gradients - optimizer - activations;
            return new Plan.Memory(weights, gradients, optimizer, activations, workspace);
        }
    }

    /**
     * Tokens per second of the fastest of some real steps. The first ones make primitives and are interpreted by the JVM, so
     * there are more of them the shorter they are.
     */
    private static double calibrate(
            TrainJob job, Device device, Path base, DType act, int maxLength, int batchTokens, Batcher batcher) {
        LoadedModel model =
                LoadedModel.load(device, base, act, maxLength, job.recipe().recompute());
        try (TrainingSession session = TrainingSession.open(job, model, batchTokens, Ranks.alone())) {
            session.initialize(job.recipe().seed());
            long begin = System.nanoTime();
            double rate = 0;
            long elapsed = 0;
            for (int i = 0; elapsed < LONGEST_NANOS && (i <= FEWEST_STEPS || elapsed < SHORTEST_NANOS); i++) {
                List<PackedBatch> batches = batcher.microBatches(i % batcher.steps());
                long tokens = batches.stream().mapToLong(PackedBatch::tokens).sum();
                long start = System.nanoTime();
                session.trainer().gradients(batches, 1);
                rate = Math.max(rate, tokens / ((System.nanoTime() - start) / 1e9));
                elapsed = System.nanoTime() - begin;
            }
            return rate;
        }
    }
}
