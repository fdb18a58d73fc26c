package io.hearth.worker.evaluate;

import io.hearth.engine.serve.Ending;
import io.hearth.engine.serve.FinishReason;
import io.hearth.engine.serve.Generation;
import io.hearth.engine.serve.GenerationListener;
import io.hearth.engine.serve.GenerationRequest;
import io.hearth.engine.serve.InferenceEngine;
import io.hearth.engine.serve.SamplingOptions;
import io.hearth.engine.serve.TokenText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Asks base and adapter the same prompts, both in the same batches, greedily. */
final class BothAnswers {
    private static final int BASE = -1;
    private static final int ADAPTER = 0;
    private static final long LOOK_UP_MILLIS = 100;

    private final InferenceEngine engine;
    private final Supplier<TokenText> decoders;
    private final int[] stopTokens;
    private final int maxTokens;

    BothAnswers(InferenceEngine engine, Supplier<TokenText> decoders, int[] stopTokens, int maxTokens) {
        this.engine = engine;
        this.decoders = decoders;
        this.stopTokens = stopTokens;
        this.maxTokens = maxTokens;
    }

    /** Hears of a prompt that both have answered. */
    interface Listener {
        void answered(int number, String base, String tuned);
    }

    /** What one model says to one prompt. */
    private static final class Side implements GenerationListener {
        private final StringBuilder text = new StringBuilder();
        private final Pair pair;
        private Ending ending;

        Side(Pair pair) {
            this.pair = pair;
        }

        @Override
        public void onText(String more) {
            text.append(more);
        }

        @Override
        public void onEnd(Ending end) {
            ending = end;
            pair.ended();
        }
    }

    /** Both answers to one prompt; filled by the compute thread alone. */
    private static final class Pair {
        final int number;
        final Side base = new Side(this);
        final Side tuned = new Side(this);
        private final BlockingQueue<Pair> done;
        private int running = 2;

        Pair(int number, BlockingQueue<Pair> done) {
            this.number = number;
            this.done = done;
        }

        void ended() {
            if (--running == 0) {
                done.add(this);
            }
        }
    }

    /**
     * Asks all prompts.
     *
     * @param listener called on this thread, in the order in which they are ready
     * @return whether all were answered; false if the wish to stop came first
     */
    boolean ask(List<int[]> prompts, BooleanSupplier stopRequested, Listener listener) throws InterruptedException {
        BlockingQueue<Pair> done = new LinkedBlockingQueue<>();
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Pair pair = new Pair(i, done);
            generations.add(engine.submit(request(prompts.get(i), BASE), pair.base));
            generations.add(engine.submit(request(prompts.get(i), ADAPTER), pair.tuned));
        }
        for (int left = prompts.size(); left > 0; ) {
            if (stopRequested.getAsBoolean()) {
                generations.forEach(Generation::cancel);
                return false;
            }
            Pair pair = done.poll(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
            if (pair != null) {
                left--;
                listener.answered(pair.number, text(pair.base), text(pair.tuned));
            }
        }
        return true;
    }

    private GenerationRequest request(int[] prompt, int adapter) {
        return new GenerationRequest(
                prompt, adapter, maxTokens, SamplingOptions.GREEDY, stopTokens, List.of(), decoders.get(), null);
    }

    private static String text(Side side) {
        if (side.ending.reason() == FinishReason.ERROR) {
            throw new IllegalStateException("an answer could not be made: " + side.ending.message());
        }
        return side.text.toString();
    }
}
