package io.hearth.engine.serve;

import java.time.Duration;
import java.util.List;

/**
 * What is to be generated.
 *
 * @param prompt tokens, at least one; not changed afterwards
 * @param adapter index of the LoRA adapter in its pool; -1 = the base model
 * @param maxTokens most tokens to generate, at least one; fewer if the context ends before
 * @param sampling how tokens are drawn
 * @param stopTokens tokens that end the answer and are not part of its text
 * @param stopStrings texts that end the answer and are not part of it; at most a few
 * @param text turns the tokens into text; one object per request
 * @param timeLimit the request fails when it has taken this long, waiting included; null = no limit
 */
public record GenerationRequest(
        int[] prompt,
        int adapter,
        int maxTokens,
        SamplingOptions sampling,
        int[] stopTokens,
        List<String> stopStrings,
        TokenText text,
        Duration timeLimit) {
    public GenerationRequest {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty: it needs at least one token");
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max_tokens must be at least 1, not " + maxTokens);
        }
        stopStrings = List.copyOf(stopStrings);
    }
}
