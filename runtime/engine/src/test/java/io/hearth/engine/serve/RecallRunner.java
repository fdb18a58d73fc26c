package io.hearth.engine.serve;

import java.util.Arrays;
import java.util.List;

/**
 * A model for tests whose next token depends on every token before it, read back through the block table from a cache of
 * real slots: a block that two sequences share, or one that was given away too early, shows in the answer.
 */
final class RecallRunner implements StepRunner {
    static final int VOCABULARY = 97;

    private final int blockSize;
    private final int maxTokens;
    private final int maxSequences;
    private final int[] cache;
    volatile int steps;
    volatile boolean closed;

    RecallRunner(EngineLimits limits) {
        this.blockSize = limits.blockSize();
        this.maxTokens = limits.maxBatchTokens();
        this.maxSequences = limits.maxSequences();
        this.cache = new int[limits.blocks() * blockSize];
        Arrays.fill(cache, -1);
    }

    @Override
    public int[] run(List<Chunk> chunks) {
        steps++;
        int total = chunks.stream().mapToInt(Chunk::count).sum();
        if (chunks.isEmpty() || total > maxTokens || chunks.size() > maxSequences) {
            throw new AssertionError("a step of " + chunks.size() + " sequences and " + total + " tokens");
        }
        for (Chunk chunk : chunks) {
            for (int i = 0; i < chunk.count(); i++) {
                int position = chunk.from() + i;
                cache[chunk.sequence().slot(position, blockSize)] =
                        chunk.sequence().token(position);
            }
        }
        return chunks.stream().filter(Chunk::draws).mapToInt(this::next).toArray();
    }

    private int next(Chunk chunk) {
        int[] recalled = new int[chunk.sequence().length()];
        for (int i = 0; i < recalled.length; i++) {
            recalled[i] = cache[chunk.sequence().slot(i, blockSize)];
        }
        return next(recalled, chunk.sequence().adapter());
    }

    /** The token that follows these. */
    static int next(int[] tokens, int adapter) {
        long hash = adapter + 2;
        for (int token : tokens) {
            hash = (hash ^ token) * 0x100000001B3L;
            hash ^= hash >>> 29;
        }
        return (int) Long.remainderUnsigned(hash, VOCABULARY);
    }

    /** What a request alone would get. */
    static int[] alone(int[] prompt, int adapter, int maxTokens, int stopToken) {
        int[] tokens = prompt.clone();
        for (int i = 0; i < maxTokens; i++) {
            int next = next(tokens, adapter);
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[tokens.length - 1] = next;
            if (next == stopToken) {
                break;
            }
        }
        return Arrays.copyOfRange(tokens, prompt.length, tokens.length);
    }

    @Override
    public void close() {
        closed = true;
    }
}
