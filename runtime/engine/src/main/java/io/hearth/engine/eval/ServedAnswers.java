package io.hearth.engine.eval;

import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.serve.Ending;
import io.hearth.engine.serve.GenerationListener;
import io.hearth.engine.serve.GenerationRequest;
import io.hearth.engine.serve.InferenceEngine;
import io.hearth.engine.serve.SamplingOptions;
import io.hearth.engine.serve.TokenText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Greedy answers by the serving engine: all prompts at once, batched, over the paged cache. */
public final class ServedAnswers {
    private final InferenceEngine engine;
    private final int[] endTokens;

    public ServedAnswers(InferenceEngine engine, ModelConfig config) {
        this.engine = engine;
        this.endTokens =
                config.eosTokenIds().stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * Answers all prompts together.
     *
     * @param adapter slot of the adapter in its pool; -1 = the base model
     */
    public List<TokenTrace> answer(List<int[]> prompts, int adapter, int maxNew) {
        List<Collector> collectors = new ArrayList<>();
        for (int[] prompt : prompts) {
            Collector collector = new Collector(prompt);
            collectors.add(collector);
            engine.submit(
                    new GenerationRequest(
                            prompt,
                            adapter,
                            maxNew,
                            SamplingOptions.GREEDY,
                            endTokens,
                            List.of(),
                            TokenText.NONE,
                            null),
                    collector);
        }
        return collectors.stream().map(Collector::trace).toList();
    }

    private static final class Collector implements GenerationListener {
        private final int[] prompt;
        private final List<Integer> tokens = new ArrayList<>();
        private final CompletableFuture<Ending> end = new CompletableFuture<>();

        Collector(int[] prompt) {
            this.prompt = prompt;
        }

        @Override
        public void onToken(int token) {
            tokens.add(token);
        }

        @Override
        public void onEnd(Ending ending) {
            end.complete(ending);
        }

        TokenTrace trace() {
            end.join();
            return new TokenTrace(
                    prompt, tokens.stream().mapToInt(Integer::intValue).toArray());
        }
    }
}
