package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Cosines and sines of the rotary embedding for every position (Su et al. 2021), made on the host once per model; all rope
 * scaling is in its frequencies.
 */
final class RopeTable implements AutoCloseable {
    private final Tensor table;

    /** Table for the positions 0 to {@code positions - 1}; angles are rounded to f32 as the reference does. */
    RopeTable(Device device, ModelConfig config, int positions) {
        int half = config.headDim() / 2;
        table = device.allocate(DType.F32, positions, config.headDim());
        device.upload(MemorySegment.ofArray(values(config, positions, half)), table);
    }

    private static float[] values(ModelConfig config, int positions, int half) {
        double[] frequencies = config.rope().inverseFrequencies(config.headDim());
        float[] values = new float[Math.multiplyExact(positions, 2 * half)];
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < half; i++) {
                float angle = (float) position * (float) frequencies[i];
                values[position * 2 * half + i] = (float) Math.cos(angle);
                values[position * 2 * half + half + i] = (float) Math.sin(angle);
            }
        }
        return values;
    }

    /** f32 [positions, D]: cosines of the D/2 frequencies, then sines. */
    Tensor table() {
        return table;
    }

    int positions() {
        return (int) table.dim(0);
    }

    @Override
    public void close() {
        table.buffer().close();
    }
}
