package io.hearth.device.cuda.kernels;

import io.hearth.device.DType;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;

/** A weight in its plain layout, which both our kernel for few rows and cuBLASLt take as it is. */
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
