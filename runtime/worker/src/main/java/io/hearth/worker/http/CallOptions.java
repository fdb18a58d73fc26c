package io.hearth.worker.http;

import io.hearth.engine.serve.SamplingOptions;
import java.util.List;

/**
 * What chat and plain completions have in common.
 *
 * @param model name of the base model or of an adapter
 * @param maxTokens most tokens of the answer; null = not said
 * @param stop texts that end the answer
 * @param stream whether the answer is sent as it is made
 * @param includeUsage whether a streamed answer ends with the token counts
 */
record CallOptions(
        String model,
        SamplingOptions sampling,
        Integer maxTokens,
        List<String> stop,
        boolean stream,
        boolean includeUsage) {}
