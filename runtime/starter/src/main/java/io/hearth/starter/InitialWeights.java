package io.hearth.starter;

import io.hearth.engine.checkpoint.SafetensorsWriter;
import io.hearth.engine.checkpoint.StoredType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/** Draws the weights a model starts with, in file order from one seed, and writes them as f32. */
final class InitialWeights {
    private static final ValueLayout.OfFloat LITTLE_ENDIAN_FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private InitialWeights() {}

    static void write(Path file, List<StarterModel.Weight> weights, long seed) {
        Dice dice = new Dice(seed);
        List<SafetensorsWriter.Entry> entries = weights.stream()
                .map(weight -> new SafetensorsWriter.Entry(
                        weight.name(),
                        StoredType.F32,
                        weight.shape().stream().mapToLong(Integer::longValue).toArray(),
                        () -> draw(weight, dice)))
                .toList();
        SafetensorsWriter.write(file, entries, SafetensorsWriter.PYTORCH);
    }

    private static MemorySegment draw(StarterModel.Weight weight, Dice dice) {
        int count = Math.toIntExact(weight.elements());
        MemorySegment values = MemorySegment.ofArray(new byte[Math.multiplyExact(count, Float.BYTES)]);
        for (int i = 0; i < count; i++) {
            float value = weight.scale() == 0 ? 1f : (float) (dice.gaussian() * weight.scale());
            values.setAtIndex(LITTLE_ENDIAN_FLOAT, i, value);
        }
        return values;
    }
}
