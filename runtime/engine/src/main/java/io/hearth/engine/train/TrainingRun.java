package io.hearth.engine.train;

import io.hearth.contract.Event;
import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.JsonFiles;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.ModelConfigReader;
import io.hearth.engine.model.PackedBatch;
import io.hearth.engine.parallel.Ranks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One job from its file to its result. A second run of the same job goes on from the newest checkpoint and ends with the
 * same bits as one that was never interrupted.
 *
 * <p>A job on several cards is run by one process for each, all of the same job. The first rank alone writes files and tells of
 * the work. The number of cards is no part of what a job is: one that was stopped can go on with more of them or fewer.
 *
 * <p>The output directory receives {@code checkpoints/}, and at the end {@code adapter/} or {@code model/} (and {@code
 * merged/} if asked for), each with its {@code lineage.json}; rows that were left out are listed in {@code bad-rows.txt}.
 */
public final class TrainingRun {
    /** How a run ended. */
    public enum Outcome {
        DONE,
        STOPPED
    }

    private static final int DEFAULT_MAX_LENGTH = 1024;

    private final TrainJob job;
    private final Recipe recipe;
    private final Path base;
    private final Path output;
    private final Device device;
    private final Ranks ranks;
    private final Consumer<Event> events;

    private TrainingData data;
    private Batcher batcher;
    private TrainingSession session;
    private TrainingCheckpoints checkpoints;
    private TrainingState state;
    private String datasetSha256;
    private String baseSha256;
    private int lastCheckpoint = -1;

    /**
     * @param job with absolute paths; defaults are filled in here
     * @param events told of everything a person may want to see
     */
    public TrainingRun(TrainJob job, Device device, Consumer<Event> events) {
        this(job, device, Ranks.alone(), events);
    }

    /**
     * @param job with absolute paths; defaults are filled in here; the same for all ranks
     * @param ranks of the job; closed as soon as they are no longer needed
     * @param events told by the first rank of everything a person may want to see
     */
    public TrainingRun(TrainJob job, Device device, Ranks ranks, Consumer<Event> events) {
        this.job = job.withDefaults();
        this.recipe = this.job.recipe();
        this.base = Path.of(job.base());
        this.output = Path.of(job.output());
        this.device = device;
        this.ranks = ranks;
        this.events = ranks.isFirst() ? events : event -> {};
    }

    /**
     * Runs the job to its end or until it is asked to stop.
     *
     * @param stopRequested asked after every step; if it says yes to any rank, a checkpoint is written and the run ends
     * @throws JobException with a sentence if the job cannot be done
     * @throws CheckpointException with a sentence if files of the model or a checkpoint cannot be read or written
     */
    public Outcome run(BooleanSupplier stopRequested) {
        try {
            prepare();
            try {
                resumeOrStart();
                if (state.step() == 0) {
                    evaluate();
                }
                if (!train(stopRequested)) {
                    events.accept(new Event.Stopped(state.step()));
                    return Outcome.STOPPED;
                }
                finish();
                return Outcome.DONE;
            } finally {
                session.close();
            }
        } catch (IOException e) {
            throw new JobException("The folder " + output + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Longest row that a recipe allows on a model. */
    static int maxLength(Recipe recipe, ModelConfig config) {
        int wanted = recipe.maxLength() == null
                ? Math.min(DEFAULT_MAX_LENGTH, config.maxPositionEmbeddings())
                : recipe.maxLength();
        if (wanted > config.maxPositionEmbeddings()) {
            throw new JobException("maxLength is " + wanted + ", but the model can take at most "
                    + config.maxPositionEmbeddings() + " tokens.");
        }
        return wanted;
    }

    private void prepare() throws IOException {
        if (ranks.isFirst()) {
            Files.createDirectories(output);
        }
        events.accept(new Event.Phase("read-rows", "Reading " + job.data().train()));
        ModelConfig config = ModelConfigReader.read(base);
        int maxLength = maxLength(recipe, config);
        data = TrainingData.read(job.data(), recipe, base, config, maxLength);
        reportBadRows();
        if (ranks.isFirst()) {
            datasetSha256 = job.data().hash() != null
                    ? job.data().hash()
                    : Hashes.sha256(Path.of(job.data().train()));
            baseSha256 = Hashes.sha256OfModel(base);
        }
        int batchTokens = data.batchTokens(recipe);
        batcher = new Batcher(data.train(), recipe, batchTokens);
        ranks.differing(recipe.toString().hashCode(), config.toString().hashCode(), data.digest(), batcher.steps())
                .ifPresent(other -> {
                    throw new JobException(
                            "Rank " + other + " has not the same job as rank 0: another recipe, other rows"
                                    + " or another base model. Give all of them the same files.");
                });
        events.accept(new Event.Phase(
                "load",
                "Loading " + base.getFileName() + " onto " + device.info().id()));
        LoadedModel model =
                LoadedModel.load(device, base, TrainingSession.act(recipe, device), maxLength, recipe.recompute());
        try {
            session = TrainingSession.open(job, model, batchTokens, ranks);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Bad rows stop the job unless the user chose to go on without them; either way all of them are written down. */
    private void reportBadRows() {
        if (data.problems().isEmpty()) {
            return;
        }
        Path report = output.resolve("bad-rows.txt");
        if (ranks.isFirst()) {
            AtomicFiles.writeBytes(
                    report,
                    data.problems().stream()
                            .map(TrainingData.Problem::toString)
                            .collect(Collectors.joining("\n", "", "\n"))
                            .getBytes(StandardCharsets.UTF_8));
        }
        String summary = data.problems().size() + (data.problems().size() == 1 ? " row" : " rows") + " cannot be used ("
                + data.problems().getFirst() + "); all are listed in " + report;
        if (job.data().badRows().equals("skip")) {
            events.accept(new Event.Warning(summary + ". Training goes on without them."));
        } else {
            throw new JobException(
                    summary + ". Mend them, or set \"badRows\": \"skip\" in \"data\" to train without them.");
        }
    }

    private void resumeOrStart() throws IOException {
        if (ranks.isFirst()) {
            restore();
        }
        byte[] first = ranks.fromFirst(ranks.isFirst() ? JsonFiles.MAPPER.writeValueAsBytes(state) : new byte[0]);
        if (!ranks.isFirst()) {
            state = JsonFiles.MAPPER.readValue(first, TrainingState.class);
        }
        if (state.step() > 0) {
            lastCheckpoint = state.step();
        } else {
            session.initialize(recipe.seed());
        }
        session.trainer().copyFromFirst();
        session.publish();
        String cards = ranks.size() == 1 ? "" : " by " + ranks.size() + " cards";
        events.accept(new Event.Phase(
                "train",
                state.step() > 0
                        ? "Going on after step " + state.step() + " of " + batcher.steps() + cards
                        : data.train().size() + " rows, " + batcher.steps() + " steps on "
                                + device.info().name() + cards));
    }

    private void restore() throws IOException {
        String fingerprint = fingerprint();
        checkpoints = new TrainingCheckpoints(output.resolve("checkpoints"), device);
        Map<String, Tensor> tensors = session.trainer().optimizer().state();
        state = checkpoints
                .restore(fingerprint, tensors, message -> events.accept(new Event.Warning(message)))
                .orElseGet(() -> TrainingState.start(fingerprint));
    }

    /** Everything that decides the result. Where files lie, and how often they are written, does not. */
    private String fingerprint() throws IOException {
        Map<String, Object> parts = new TreeMap<>();
        parts.put("recipe", recipe);
        parts.put("dataset", datasetSha256);
        parts.put("rows", data.train().size());
        parts.put("heldOut", data.evaluation().size());
        parts.put("base", baseSha256);
        parts.put("adapter", job.adapter() == null ? "" : Hashes.sha256OfModel(Path.of(job.adapter())));
        return Hashes.sha256OfText(JsonFiles.MAPPER.writeValueAsString(parts));
    }

    /** Runs the remaining steps; false if it was asked to stop before the last. */
    private boolean train(BooleanSupplier stopRequested) {
        LearningRate schedule = LearningRate.of(recipe, batcher.steps());
        DivergenceGuard guard = new DivergenceGuard(recipe.divergenceFactor(), state.guard());
        Pace pace = new Pace();
        while (state.step() < batcher.steps() && !stoppedEarly()) {
            int step = state.step() + 1;
            List<PackedBatch> microBatches = batcher.microBatches(step - 1);
            long tokens = microBatches.stream().mapToLong(PackedBatch::tokens).sum();
            double rate = schedule.at(step);
            Trainer.Result result = session.trainer().step(microBatches, step, rate);
            guard.check(step, result.loss(), result.gradNorm(), rate);
            state = state.afterStep(step, state.tokens() + tokens, guard.state());
            pace.add(tokens);
            events.accept(new Event.Step(
                    step,
                    batcher.steps(),
                    batcher.epochAfter(step),
                    result.loss(),
                    rate,
                    result.gradNorm(),
                    tokens,
                    pace.tokensPerSecond(),
                    pace.secondsFor(batcher.steps() - step)));
            if (recipe.evaluateEvery() > 0 && step % recipe.evaluateEvery() == 0) {
                evaluate();
            }
            boolean stopping = ranks.any(stopRequested.getAsBoolean());
            if (stopping || (recipe.checkpointEvery() > 0 && step % recipe.checkpointEvery() == 0)) {
                checkpoint();
            }
            if (stopping && step < batcher.steps()) {
                return false;
            }
        }
        return true;
    }

    private boolean stoppedEarly() {
        return recipe.earlyStoppingPatience() > 0 && state.evaluationsWithoutGain() >= recipe.earlyStoppingPatience();
    }

    private void checkpoint() {
        if (lastCheckpoint == state.step()) {
            return;
        }
        session.trainer().requireSameWeights(state.step());
        if (!ranks.isFirst()) {
            lastCheckpoint = state.step();
            return;
        }
        Path written;
        try {
            written = checkpoints.save(state, session.trainer().optimizer().state(), recipe.keepCheckpoints());
        } catch (CheckpointException e) {
            throw new JobException(
                    "The checkpoint after step " + state.step() + " could not be written: " + e.getMessage()
                            + (lastCheckpoint >= 0
                                    ? " The checkpoint after step " + lastCheckpoint
                                            + " is whole; the job goes on from it when it is started again."
                                    : " Nothing is lost but the steps so far; start the job again when there is room."),
                    e);
        }
        lastCheckpoint = state.step();
        events.accept(new Event.Checkpoint(state.step(), written.toString()));
    }

    private void evaluate() {
        if (data.evaluation().isEmpty() || state.lastEvaluatedStep() == state.step()) {
            return;
        }
        double loss = evaluationLoss();
        state = state.afterEvaluation(loss);
        boolean best = state.bestStep() == state.step();
        if (best && recipe.earlyStoppingPatience() > 0 && ranks.isFirst()) {
            checkpoints.saveBest(state, session.trainer().optimizer().master());
        }
        events.accept(new Event.Evaluation(state.step(), loss, Math.exp(loss), countedTokens(), best));
    }

    /** Mean loss over the held-out rows; the ranks take their batches in turn. */
    private double evaluationLoss() {
        double weight = data.evaluation().stream()
                .mapToDouble(PackedBatch.Row::totalWeight)
                .sum();
        int[] order = new int[data.evaluation().size()];
        Arrays.setAll(order, i -> i);
        List<int[]> batches = Batcher.deal(data.evaluation(), order, data.batchTokens(recipe), true);
        double loss = 0;
        for (int i = ranks.rank(); i < batches.size(); i += ranks.size()) {
            List<PackedBatch.Row> rows = Arrays.stream(batches.get(i))
                    .mapToObj(row -> data.evaluation().get(row))
                    .toList();
            loss += session.trainer().loss(PackedBatch.of(rows, 1 / weight));
        }
        return ranks.sum(loss);
    }

    private long countedTokens() {
        return data.evaluation().stream().mapToLong(PackedBatch.Row::counted).sum();
    }

    private void finish() throws IOException {
        evaluate();
        checkpoint();
        ranks.close();
        if (!ranks.isFirst()) {
            return;
        }
        if (recipe.earlyStoppingPatience() > 0
                && state.bestStep() != state.step()
                && checkpoints.restoreBest(session.trainer().optimizer().master())) {
            session.publish();
        }
        events.accept(new Event.Phase("export", "Writing the result"));
        Map<String, Double> metrics = metrics();
        Path result = new ResultWriter(job, output, session).write(sha256 -> lineage(metrics, sha256));
        String weights = ResultWriter.weightsHash(result);
        events.accept(new Event.Done(result.toString(), weights, metrics));
    }

    private Map<String, Double> metrics() {
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put("steps", (double) state.step());
        if (state.guard() != null) {
            metrics.put("trainLoss", state.guard().smoothed());
        }
        if (state.lastLoss() != null) {
            double loss = recipe.earlyStoppingPatience() > 0 ? state.bestLoss() : state.lastLoss();
            metrics.put("evaluationLossBefore", state.firstLoss());
            metrics.put("evaluationLoss", loss);
            metrics.put("evaluationPerplexity", Math.exp(loss));
        }
        return metrics;
    }

    private Lineage lineage(Map<String, Double> metrics, String weightsSha256) {
        return new Lineage(
                job.job(),
                datasetSha256,
                job.data().evaluation() == null
                        ? null
                        : Hashes.sha256(Path.of(job.data().evaluation())),
                data.train().size(),
                data.evaluation().size(),
                data.problems().size(),
                baseSha256,
                job.adapter() == null ? null : Hashes.sha256OfModel(Path.of(job.adapter())),
                recipe,
                state.step(),
                state.tokens(),
                device.info().name() + "; " + device.info().detail()
                        + (ranks.size() == 1 ? "" : "; " + ranks.size() + " ranks"),
                SoftwareVersion.current(),
                metrics,
                weightsSha256);
    }
}
