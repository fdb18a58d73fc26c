package io.hearth.engine.model;

import io.hearth.device.Tensor;

/**
 * A weight of the model or of an adapter. Its value is a window on its arena's flat memory, and so is its gradient if it
 * is trained.
 */
public final class Parameter {
    private final String name;
    private final boolean decayed;
    private final long[] shape;
    private long offset;
    private Tensor value;
    private Tensor gradient;

    Parameter(String name, boolean decayed, long... shape) {
        this.name = name;
        this.decayed = decayed;
        this.shape = shape;
    }

    /** Name for messages and checkpoints. */
    public String name() {
        return name;
    }

    /** Whether weight decay applies: to matrices, not to norms and biases. */
    public boolean decayed() {
        return decayed;
    }

    /** Weights in the type of activations. */
    public Tensor value() {
        return value;
    }

    /** f32 gradient of the same shape, or null if this is frozen. */
    public Tensor gradient() {
        return gradient;
    }

    /** First element within the arena. */
    public long offset() {
        return offset;
    }

    long elements() {
        long product = 1;
        for (long dimension : shape) {
            product *= dimension;
        }
        return product;
    }

    void place(long offset, Tensor flat) {
        this.offset = offset;
        this.value = flat.slice(offset, elements()).reshape(shape);
    }

    void trainIn(Tensor flatGradients) {
        this.gradient = flatGradients.slice(offset, elements()).reshape(shape);
    }
}
