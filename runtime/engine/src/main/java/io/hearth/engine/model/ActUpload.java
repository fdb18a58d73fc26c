package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.StoredType;
import io.hearth.engine.checkpoint.TensorConversion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Puts f32 values from the host into tensors of the type of activations. */
public final class ActUpload {
    private ActUpload() {}

    /** Uploads f32 values, rounded to nearest even where the tensor is bf16. */
    public static void upload(Device device, MemorySegment f32, Tensor target) {
        if (target.type() == DType.F32) {
            device.upload(f32, target);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment rounded = arena.allocate(target.bytes(), 64);
            TensorConversion.convert(f32, StoredType.F32, rounded, StoredType.BF16, target.elements());
            device.upload(rounded, target);
        }
    }
}
