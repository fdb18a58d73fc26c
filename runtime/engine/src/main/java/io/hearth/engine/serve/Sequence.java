package io.hearth.engine.serve;

import java.util.Arrays;

/**
 * A request on its way through the scheduler: its tokens, how many of them are in the cache, and where. Used by the
 * compute thread alone.
 */
public final class Sequence {
    private final long arrival;
    private final GenerationRequest request;
    private final BlockTable blocks = new BlockTable();
    private int[] tokens;
    private int length;
    private int cached;

    /** @param arrival number in the order of arrival; smaller is older */
    Sequence(long arrival, GenerationRequest request) {
        this.arrival = arrival;
        this.request = request;
        this.tokens = request.prompt();
        this.length = tokens.length;
    }

    long arrival() {
        return arrival;
    }

    public GenerationRequest request() {
        return request;
    }

    public int adapter() {
        return request.adapter();
    }

    /** Tokens of the prompt and generated so far. */
    public int length() {
        return length;
    }

    public int token(int position) {
        if (position >= length) {
            throw new IndexOutOfBoundsException("token " + position + " of " + length);
        }
        return tokens[position];
    }

    /** Tokens generated so far. */
    public int generated() {
        return length - request.prompt().length;
    }

    /** How many tokens, from the first on, have their keys and values in the cache. */
    public int cached() {
        return cached;
    }

    public BlockTable blocks() {
        return blocks;
    }

    /** Slot of a position in the cache: block times block size plus offset. */
    public int slot(int position, int blockSize) {
        return blocks.block(position / blockSize) * blockSize + position % blockSize;
    }

    void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, length + Math.max(16, length / 2));
        }
        tokens[length++] = token;
    }

    void advance(int count) {
        cached += count;
    }

    void forgetCache() {
        cached = 0;
    }
}
