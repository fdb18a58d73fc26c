package io.hearth.engine.serve;

/**
 * How much an engine takes on.
 *
 * @param contextLength most tokens of prompt and answer together
 * @param vocabularySize tokens of prompts are below it
 * @param adapters number of LoRA adapters that requests may name
 * @param blocks blocks of the key-value cache
 * @param blockSize positions per block
 * @param maxSequences most sequences in a step
 * @param maxBatchTokens most tokens in a step
 * @param maxQueue most requests that wait for their first step; more are refused
 */
public record EngineLimits(
        int contextLength,
        int vocabularySize,
        int adapters,
        int blocks,
        int blockSize,
        int maxSequences,
        int maxBatchTokens,
        int maxQueue) {
    public EngineLimits {
        if (contextLength < 2 || (long) blocks * blockSize < contextLength) {
            throw new IllegalArgumentException("a cache of " + blocks + " blocks of " + blockSize
                    + " positions does not hold one sequence of the context's " + contextLength + " tokens");
        }
    }
}
