package io.hearth.device;

/** A weight matrix in a device's own layout, made by {@link Device#prepareWeight} for {@link Kernels#linear}. */
public interface PreparedWeight extends AutoCloseable {
    /** Rows of the weight: features that come out. */
    int outFeatures();

    /** Columns of the weight: features that go in. */
    int inFeatures();

    /** Type of the activations that it multiplies. */
    DType type();

    /** Memory that it takes beyond the plain weight, in bytes. */
    long extraBytes();

    /**
     * Takes over new values of the weight that it was made from, after training has changed them. Does nothing where the
     * plain layout is used as it is.
     */
    default void refresh() {}

    @Override
    void close();
}
