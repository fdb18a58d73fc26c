package io.hearth.worker.evaluate;

import io.hearth.contract.Event;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.eval.Parity;
import io.hearth.engine.eval.ServedAnswers;
import io.hearth.engine.eval.TokenTrace;
import io.hearth.engine.eval.TrainerAnswers;
import io.hearth.engine.model.AdapterPool;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.serve.EngineLimits;
import io.hearth.engine.serve.InferenceEngine;
import io.hearth.engine.serve.ModelStepRunner;
import io.hearth.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Asks the serving engine and the trainer's own forward pass the same prompts, greedily, and compares every token.
 *
 * <p>Both compute in f32, where the two agree to far less than the distance between two tokens: with fewer digits two tokens that
 * are about equally likely change places by rounding alone, which says nothing. Only a model that does not fit in f32 is compared
 * in bf16.
 */
final class ParityCheck {
    private static final int BLOCK_SIZE = 128;
    private static final int SEQUENCES = 16;
    private static final int BATCH_TOKENS = 512;
    private static final int NEW_TOKENS = 24;
    private static final int ADAPTER = 0;

    private final Device device;
    private final Path base;
    private final ModelConfig config;
    private final LoraAdapter adapter;
    private final BooleanSupplier stopRequested;

    ParityCheck(Device device, Path base, ModelConfig config, LoraAdapter adapter, BooleanSupplier stopRequested) {
        this.device = device;
        this.base = base;
        this.config = config;
        this.adapter = adapter;
        this.stopRequested = stopRequested;
    }

    /** The result; empty if the wish to stop came first. */
    Optional<Event.ParityChecked> run(List<int[]> prompts, int maxTokens, Tokenizer tokenizer) {
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        int newTokens = Math.min(NEW_TOKENS, maxTokens);
        int context = Math.min(config.maxPositionEmbeddings(), longest + newTokens);
        try (LoadedModel model = load(context)) {
            List<TokenTrace> served = served(model, prompts, newTokens, context);
            List<TokenTrace> trained = new ArrayList<>();
            try (TrainerAnswers trainer = new TrainerAnswers(model, adapter, context)) {
                for (int[] prompt : prompts) {
                    if (stopRequested.getAsBoolean()) {
                        return Optional.empty();
                    }
                    trained.addAll(trainer.answer(List.of(prompt), newTokens));
                }
            }
            return Optional.of(checked(Parity.of(trained, served), trained, tokenizer));
        }
    }

    private LoadedModel load(int context) {
        try {
            return LoadedModel.load(device, base, DType.F32, context, false);
        } catch (DeviceException tooLarge) {
            return LoadedModel.load(device, base, DType.BF16, context, false);
        }
    }

    private List<TokenTrace> served(LoadedModel model, List<int[]> prompts, int newTokens, int context) {
        int blocks = SEQUENCES * Math.ceilDiv(context, BLOCK_SIZE) + 1;
        EngineLimits limits = new EngineLimits(
                context, config.vocabSize(), 1, blocks, BLOCK_SIZE, SEQUENCES, BATCH_TOKENS, prompts.size());
        try (AdapterPool pool = new AdapterPool(model, List.of(adapter));
                InferenceEngine engine = new InferenceEngine(limits, new ModelStepRunner(model, pool, limits))) {
            return new ServedAnswers(engine, config).answer(prompts, ADAPTER, newTokens);
        }
    }

    private static Event.ParityChecked checked(Parity parity, List<TokenTrace> trained, Tokenizer tokenizer) {
        String difference = parity.holds()
                ? null
                : parity.differences().getFirst().describe(token -> tokenizer.decode(new int[] {token}, false));
        int tokens = trained.stream().mapToInt(trace -> trace.answer().length).sum();
        return new Event.ParityChecked(parity.prompts(), tokens, parity.holds(), difference);
    }
}
