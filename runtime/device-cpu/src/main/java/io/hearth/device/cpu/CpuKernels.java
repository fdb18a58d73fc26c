package io.hearth.device.cpu;

import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;

/** One way of computing on the host: the kernels and the layouts that belong to them. */
public interface CpuKernels extends Kernels {
    /** See {@link Device#prepareWeight}. */
    PreparedWeight prepareWeight(Tensor weight);

    /** One line for a person: instruction set and libraries. */
    String describe();
}
