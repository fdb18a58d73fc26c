package io.hearth.engine.serve;

/**
 * What an engine is doing, at one moment between two steps.
 *
 * @param running sequences in the batch
 * @param waiting sequences that wait for their turn, preempted ones included
 * @param blocksInUse blocks of the cache that hold something
 * @param blocks blocks of the cache
 * @param promptTokens tokens of prompts computed so far, recomputed ones included
 * @param generatedTokens tokens generated so far
 * @param preemptions how often a sequence had to give its blocks back
 * @param finished generations that have ended, for whatever reason
 */
public record EngineMetrics(
        int running,
        int waiting,
        int blocksInUse,
        int blocks,
        long promptTokens,
        long generatedTokens,
        long preemptions,
        long finished) {}
