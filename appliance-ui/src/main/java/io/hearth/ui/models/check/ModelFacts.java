package io.hearth.ui.models.check;

/**
 * What is known of a model after the check.
 *
 * @param adapter whether it is a LoRA adapter rather than whole weights
 * @param family {@code llama}, {@code mistral}, {@code qwen2} or {@code qwen3}
 * @param parameters number of weights
 * @param contextLength longest context in tokens; null for an adapter
 * @param chatTemplate whether it says how a conversation is written
 */
public record ModelFacts(
        boolean adapter, String family, long parameters, Integer contextLength, boolean chatTemplate) {}
