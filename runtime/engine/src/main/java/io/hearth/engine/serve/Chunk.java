package io.hearth.engine.serve;

/**
 * The part of a sequence that is computed in one step: {@code count} tokens after the cached ones.
 *
 * @param sequence whose
 * @param count number of tokens, at least one
 */
public record Chunk(Sequence sequence, int count) {
    /** Position of the first token. */
    public int from() {
        return sequence.cached();
    }

    /** Whether the sequence is complete with this chunk, so that its next token can be drawn. */
    public boolean draws() {
        return sequence.cached() + count == sequence.length();
    }
}
