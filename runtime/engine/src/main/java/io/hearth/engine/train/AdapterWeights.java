package io.hearth.engine.train;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.model.LoraBranch;
import io.hearth.engine.model.Parameter;
import io.hearth.engine.model.TrainableAdapter;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** First weights of an adapter: A as PEFT draws it, B zero, so that the adapter changes nothing before it is trained. */
final class AdapterWeights {
    private AdapterWeights() {}

    /** Draws A uniformly from (-1/sqrt(in), 1/sqrt(in)), which is Kaiming's rule with a = sqrt(5); B stays zero. */
    static void initialize(Device device, TrainableAdapter adapter, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (LoraBranch branch : adapter.branches()) {
            Parameter a = branch.a();
            double bound = 1 / Math.sqrt(a.value().cols());
            float[] values = new float[(int) a.value().elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
            put(device, values, a.value());
        }
    }

    /** Uploads f32 values, rounded to the tensor's type. */
    static void put(Device device, float[] values, Tensor target) {
        if (target.type() == DType.F32) {
            device.upload(MemorySegment.ofArray(values), target);
            return;
        }
        Tensor staging = device.allocate(DType.F32, target.shape());
        device.upload(MemorySegment.ofArray(values), staging);
        device.kernels().copy(staging, target);
        device.synchronize();
        staging.buffer().close();
    }
}
