package io.hearth.worker.http;

import io.hearth.engine.serve.Ending;
import io.hearth.engine.serve.FinishReason;
import io.hearth.engine.serve.GenerationListener;
import io.hearth.engine.serve.GenerationRequest;
import io.hearth.engine.serve.InferenceEngine;
import io.hearth.engine.serve.SamplingOptions;
import io.hearth.engine.serve.TokenText;
import io.hearth.worker.process.UsageException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Generates a token before the first client does, so that a model that cannot is found out at the start. */
final class WarmUp {
    private WarmUp() {}

    /** @throws UsageException with what the engine says if it fails */
    static void run(InferenceEngine engine) {
        CompletableFuture<Ending> end = new CompletableFuture<>();
        GenerationListener listener = end::complete;
        engine.submit(
                new GenerationRequest(
                        new int[] {0}, -1, 1, SamplingOptions.GREEDY, new int[0], List.of(), TokenText.NONE, null),
                listener);
        Ending ending = end.join();
        if (ending.reason() == FinishReason.ERROR) {
            throw new UsageException("The model was loaded but does not work. " + ending.message());
        }
    }
}
