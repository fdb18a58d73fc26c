package io.hearth.device.ascend.kernels;

import io.hearth.device.DType;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;

/** A weight in its plain layout; products take it transposed by its strides. */
record PlainWeight(Tensor weight) implements PreparedWeight {
    @Override
    public int outFeatures() {
        return weight.rows();
    }

    @Override
    public int inFeatures() {
        return weight.cols();
    }

    @Override
    public DType type() {
        return weight.type();
    }

    @Override
    public long extraBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
