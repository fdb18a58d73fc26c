package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.TensorConversion;
import io.hearth.engine.model.LoadedModel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Numbers that look like weights. Zeros would flatter some processors. */
final class RandomWeights {
    private static final int TILE = 1 << 20;
    private static final double DEVIATION = 0.02;

    private RandomWeights() {}

    /** Fills a contiguous f32 or bf16 tensor with normal numbers of deviation 0.02; a million of them over and over. */
    static void fill(Device device, Tensor tensor) {
        MemorySegment tile = tile(tensor.type());
        for (long from = 0; from < tensor.elements(); from += TILE) {
            long count = Math.min(TILE, tensor.elements() - from);
            device.upload(tile.asSlice(0, count * tensor.type().bytes()), tensor.slice(from, count));
        }
    }

    /** The same numbers in host memory. */
    static void fill(MemorySegment target, DType type) {
        MemorySegment tile = tile(type);
        for (long from = 0; from < target.byteSize(); from += tile.byteSize()) {
            long count = Math.min(tile.byteSize(), target.byteSize() - from);
            MemorySegment.copy(tile, 0, target, from, count);
        }
    }

    /** Ones in host memory. */
    static void ones(MemorySegment target, DType type) {
        float[] numbers = new float[Math.toIntExact(target.byteSize() / type.bytes())];
        Arrays.fill(numbers, 1);
        target.copyFrom(stored(numbers, type));
    }

    private static MemorySegment tile(DType type) {
        SplittableRandom random = new SplittableRandom(1);
        float[] numbers = new float[TILE];
        for (int i = 0; i < TILE; i++) {
            numbers[i] = (float) (random.nextGaussian() * DEVIATION);
        }
        return stored(numbers, type);
    }

    private static MemorySegment stored(float[] numbers, DType type) {
        return type == DType.F32 ? MemorySegment.ofArray(numbers) : bf16(numbers);
    }

    private static MemorySegment bf16(float[] numbers) {
        short[] rounded = new short[numbers.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = TensorConversion.floatToBf16(numbers[i]);
        }
        return MemorySegment.ofArray(rounded);
    }

    /** Fills all matrices of a model; norms and biases become ones, so that numbers neither vanish nor explode. */
    static void fill(LoadedModel model) {
        Tensor values = model.weights().arena().values();
        long matrices = model.weights().arena().decayedElements();
        fill(model.device(), values.slice(0, matrices));
        model.device().kernels().fill(values.slice(matrices, values.elements() - matrices), 1);
        model.decoder().refresh();
    }
}
