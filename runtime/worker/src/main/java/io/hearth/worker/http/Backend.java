package io.hearth.worker.http;

import io.hearth.contract.Event;
import io.hearth.engine.serve.InferenceEngine;
import java.util.List;
import java.util.function.Consumer;

/**
 * What answers requests once it is loaded.
 *
 * @param models the public names
 * @param text prompts to tokens and tokens to text
 * @param engine generates
 * @param stopTokens tokens that end an answer
 * @param usage told of every request that has ended, before its answer is complete
 */
record Backend(
        ServedModels models, TextCodec text, InferenceEngine engine, List<Integer> stopTokens, Consumer<Event> usage) {}
