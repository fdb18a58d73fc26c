package io.hearth.engine.model;

/**
 * The part of a {@link Linear}'s output that is a projection of its own in the Hugging Face layout.
 *
 * @param path module path as PEFT names it, such as {@code model.layers.0.self_attn.q_proj}
 * @param from first output column
 * @param to column after the last
 */
public record Projection(String path, int from, int to) {
    /** Number of output features. */
    public int width() {
        return to - from;
    }
}
