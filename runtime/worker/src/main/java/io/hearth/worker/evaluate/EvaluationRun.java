package io.hearth.worker.evaluate;

import io.hearth.contract.EvaluationJob;
import io.hearth.contract.Event;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.eval.AdapterBranches;
import io.hearth.engine.eval.Scorer;
import io.hearth.engine.model.AdapterPool;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.ModelConfigReader;
import io.hearth.engine.model.TrainableAdapter;
import io.hearth.engine.serve.EngineLimits;
import io.hearth.engine.serve.InferenceEngine;
import io.hearth.engine.serve.ModelStepRunner;
import io.hearth.engine.train.Hashes;
import io.hearth.text.Tokenizer;
import io.hearth.text.rows.RowProblem;
import io.hearth.text.rows.RowShape;
import io.hearth.worker.http.CacheSize;
import io.hearth.worker.http.ModelText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Compares a base model with an adapter on held-out rows: the losses of both, with the trainer's own forward pass; the answers of
 * both, by the serving engine, in common batches; and whether the serving engine answers as the trainer would.
 *
 * <p>A second run goes on where the first one stopped. Rows that are answered already are told again at its start, so whoever
 * listens goes by their index.
 */
public final class EvaluationRun {
    /** How a run ended. */
    public enum Outcome {
        DONE,
        STOPPED
    }

    private static final int BLOCK_SIZE = 128;
    private static final int MAX_SEQUENCES = 32;
    private static final int MAX_BATCH_TOKENS = 2048;

    private final EvaluationJob job;
    private final Path base;
    private final Device device;
    private final Consumer<Event> events;
    private final BooleanSupplier stopRequested;

    private ModelConfig config;
    private DType act;
    private LoraAdapter adapter;
    private List<HeldOutRow> rows;
    private final Map<Integer, Double> baseLosses = new HashMap<>();
    private final Map<Integer, Double> tunedLosses = new HashMap<>();

    /** @param job with absolute paths and defaults */
    public EvaluationRun(EvaluationJob job, Device device, Consumer<Event> events, BooleanSupplier stopRequested) {
        this.job = job;
        this.base = Path.of(job.base());
        this.device = device;
        this.events = events;
        this.stopRequested = stopRequested;
    }

    /** Runs to the end or until it is asked to stop. */
    public Outcome run() throws InterruptedException {
        config = ModelConfigReader.read(base);
        act = job.dtype() == null
                ? device.supports(DType.BF16) ? DType.BF16 : DType.F32
                : DType.valueOf(job.dtype().toUpperCase(Locale.ROOT));
        adapter = PeftAdapter.read(Path.of(job.adapter()));
        try (Tokenizer tokenizer = Tokenizer.load(base)) {
            rows = readRows(tokenizer);
            try (AnswerFile answers = new AnswerFile(Path.of(job.output()), rows)) {
                answers.answers().values().forEach(events);
                if (!losses(answers) || !answers(answers, tokenizer) || !parity(tokenizer)) {
                    events.accept(new Event.Stopped(answers.answers().size()));
                    return Outcome.STOPPED;
                }
                Collection<Event.Answered> all = answers.answers().values();
                events.accept(new Event.Done(
                        job.output(), Hashes.sha256(Path.of(job.output()).resolve(AnswerFile.NAME)), metrics(all)));
            }
        }
        return Outcome.DONE;
    }

    private List<HeldOutRow> readRows(Tokenizer tokenizer) {
        events.accept(new Event.Phase("read-rows", "Reading " + job.rows()));
        List<RowProblem> problems = new ArrayList<>();
        Optional<RowShape> shape = job.shape().equals("auto")
                ? Optional.empty()
                : Optional.of(RowShape.valueOf(job.shape().replace('-', '_').toUpperCase(Locale.ROOT)));
        List<HeldOutRow> drawn = new HeldOutRows(tokenizer, config.maxPositionEmbeddings(), problems::add)
                .draw(Path.of(job.rows()), shape, job.maxRows(), job.seed());
        if (!problems.isEmpty()) {
            events.accept(new Event.Warning(
                    problems.size() + " held-out rows are left out; the first: " + problems.getFirst() + "."));
        }
        return drawn;
    }

    // ---- Losses ----------------------------------------------------------------------------------------------------

    /** False if the wish to stop came first. */
    private boolean losses(AnswerFile answers) {
        if (answers.answers().size() == rows.size()) {
            return true;
        }
        events.accept(new Event.Phase("score", "Scoring " + rows.size() + " rows"));
        int longest =
                rows.stream().mapToInt(row -> row.encoded().length()).max().orElseThrow();
        try (LoadedModel model = LoadedModel.load(device, base, act, longest, false)) {
            if (!losses(model, longest, answers, baseLosses)) {
                return false;
            }
            try (TrainableAdapter attached = AdapterBranches.attach(model, adapter)) {
                return losses(model, longest, answers, tunedLosses);
            }
        }
    }

    private boolean losses(LoadedModel model, int longest, AnswerFile answers, Map<Integer, Double> losses) {
        try (Scorer scorer = new Scorer(model, null, longest)) {
            for (int i = 0; i < rows.size(); i++) {
                if (stopRequested.getAsBoolean()) {
                    return false;
                }
                if (!answers.answers().containsKey(i)) {
                    HeldOutRow row = rows.get(i);
                    losses.put(
                            i,
                            row.loss(scorer.score(row.encoded().inputIds(), false)
                                    .nll()));
                }
            }
        }
        return true;
    }

    // ---- Answers ---------------------------------------------------------------------------------------------------

    /** False if the wish to stop came first. */
    private boolean answers(AnswerFile answers, Tokenizer tokenizer) throws InterruptedException {
        for (int i = 0; i < rows.size(); i++) {
            if (!rows.get(i).asks() && !answers.answers().containsKey(i)) {
                tell(answers, i, null, null);
            }
        }
        List<Integer> open = Stream.iterate(0, i -> i + 1)
                .limit(rows.size())
                .filter(i -> !answers.answers().containsKey(i))
                .toList();
        if (open.isEmpty()) {
            return true;
        }
        events.accept(new Event.Phase("answer", "Asking base and tuned model " + open.size() + " questions"));
        int context = contextLength();
        try (LoadedModel model = LoadedModel.load(device, base, act, context, false);
                AdapterPool pool = new AdapterPool(model, List.of(adapter));
                InferenceEngine engine = engine(model, pool, context)) {
            BothAnswers both =
                    new BothAnswers(engine, ModelText.of(tokenizer)::decoder, stopTokens(tokenizer), job.maxTokens());
            List<int[]> prompts =
                    open.stream().map(i -> rows.get(i).promptTokens()).toList();
            return both.ask(
                    prompts,
                    stopRequested,
                    (number, baseText, tunedText) -> tell(answers, open.get(number), baseText, tunedText));
        }
    }

    private int contextLength() {
        int longest = rows.stream()
                .filter(HeldOutRow::asks)
                .mapToInt(row -> row.promptTokens().length)
                .max()
                .orElse(1);
        return (int) Math.min(config.maxPositionEmbeddings(), (long) longest + job.maxTokens() + 1);
    }

    private InferenceEngine engine(LoadedModel model, AdapterPool pool, int context) {
        CacheSize cache = CacheSize.of(config, act, device.info(), BLOCK_SIZE, context, MAX_SEQUENCES, null);
        EngineLimits limits = new EngineLimits(
                cache.contextLength(),
                config.vocabSize(),
                1,
                cache.blocks(),
                BLOCK_SIZE,
                MAX_SEQUENCES,
                MAX_BATCH_TOKENS,
                2 * rows.size());
        return new InferenceEngine(limits, new ModelStepRunner(model, pool, limits));
    }

    private int[] stopTokens(Tokenizer tokenizer) {
        TreeSet<Integer> tokens = new TreeSet<>(config.eosTokenIds());
        tokenizer.eosId().ifPresent(tokens::add);
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    private void tell(AnswerFile answers, int index, String baseText, String tunedText) {
        HeldOutRow row = rows.get(index);
        Event.Answered answered = new Event.Answered(
                index,
                rows.size(),
                row.line(),
                row.prompt(),
                row.reference(),
                answer(baseText, row, baseLosses.get(index)),
                answer(tunedText, row, tunedLosses.get(index)));
        answers.add(answered);
        events.accept(answered);
    }

    private static Event.Answer answer(String text, HeldOutRow row, double loss) {
        if (text == null) {
            return new Event.Answer(null, false, 0, loss);
        }
        AnswerScore score = AnswerScore.of(text, row.reference());
        return new Event.Answer(text, score.exact(), score.f1(), loss);
    }

    /** False if the wish to stop came first. */
    private boolean parity(Tokenizer tokenizer) {
        List<int[]> prompts = rows.stream()
                .filter(HeldOutRow::asks)
                .map(HeldOutRow::promptTokens)
                .limit(job.parityPrompts())
                .toList();
        if (prompts.isEmpty()) {
            return true;
        }
        events.accept(new Event.Phase("parity", "Comparing serving with training on " + prompts.size() + " prompts"));
        Optional<Event.ParityChecked> checked =
                new ParityCheck(device, base, config, adapter, stopRequested).run(prompts, job.maxTokens(), tokenizer);
        checked.ifPresent(events);
        return checked.isPresent();
    }

    // ---- Metrics ---------------------------------------------------------------------------------------------------

    /** Means over the rows: losses over all, the scores of answers over those that were asked. */
    private static Map<String, Double> metrics(Collection<Event.Answered> all) {
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put("rows", (double) all.size());
        List<Event.Answered> asked =
                all.stream().filter(row -> row.base().text() != null).toList();
        metrics.put("answered", (double) asked.size());
        mean(metrics, "baseLoss", all, row -> row.base().loss());
        mean(metrics, "tunedLoss", all, row -> row.tuned().loss());
        mean(metrics, "baseExact", asked, row -> row.base().exact() ? 1 : 0);
        mean(metrics, "tunedExact", asked, row -> row.tuned().exact() ? 1 : 0);
        mean(metrics, "baseF1", asked, row -> row.base().f1());
        mean(metrics, "tunedF1", asked, row -> row.tuned().f1());
        return metrics;
    }

    private static void mean(
            Map<String, Double> metrics,
            String name,
            Collection<Event.Answered> rows,
            ToDoubleFunction<Event.Answered> value) {
        rows.stream().mapToDouble(value).average().ifPresent(mean -> metrics.put(name, mean));
    }
}
