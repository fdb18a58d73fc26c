package io.hearth.worker.http;

import io.hearth.engine.serve.InferenceEngine;
import java.util.List;

/**
 * What answers requests once it is loaded.
 *
 * @param models the public names
 * @param text prompts to tokens and tokens to text
 * @param engine generates
 * @param stopTokens tokens that end an answer
 */
record Backend(ServedModels models, TextCodec text, InferenceEngine engine, List<Integer> stopTokens) {}
