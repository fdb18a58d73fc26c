package io.hearth.engine.serve;

import java.util.List;

/** Computes steps. Called by the compute thread alone. */
public interface StepRunner extends AutoCloseable {
    /**
     * Computes the chunks, writes their keys and values into the blocks of their sequences, and draws the next tokens.
     *
     * @param chunks at least one; at most one per sequence
     * @return one token for each chunk that {@linkplain Chunk#draws() draws}, in the order of the chunks; {@link
     *     #NOT_A_NUMBER} where the model's logits are not finite
     */
    int[] run(List<Chunk> chunks);

    /** In place of a token: the model gave no usable logits. */
    int NOT_A_NUMBER = -1;

    @Override
    void close();
}
