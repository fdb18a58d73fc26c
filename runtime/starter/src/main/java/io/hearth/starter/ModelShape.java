package io.hearth.starter;

/**
 * The sizes of a Qwen3-architecture model.
 *
 * @param hiddenSize width of the residual stream
 * @param layers number of decoder layers
 * @param heads number of query heads
 * @param keyValueHeads number of key and value heads; divides {@code heads}
 * @param headDim width of a head; even, because rotary positions turn pairs
 * @param intermediateSize width of the gated feed-forward layer
 */
public record ModelShape(int hiddenSize, int layers, int heads, int keyValueHeads, int headDim, int intermediateSize) {
    /** The shape that is shipped. */
    public static final ModelShape SHIPPED = new ModelShape(256, 5, 8, 4, 32, 704);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a size is not positive or they do not go together
     */
    public ModelShape {
        if (hiddenSize < 1 || layers < 1 || heads < 1 || keyValueHeads < 1 || headDim < 1 || intermediateSize < 1) {
            throw new IllegalArgumentException("Every size of the model must be at least 1");
        }
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException("The number of heads (" + heads
                    + ") must be a multiple of the number of key-value heads (" + keyValueHeads + ")");
        }
        if (headDim % 2 != 0) {
            throw new IllegalArgumentException("The head dimension (" + headDim + ") must be even");
        }
    }
}
