package io.hearth.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.TestDevice;
import io.hearth.engine.train.AdamW;
import io.hearth.engine.train.Trainer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Gradients of every layer's weights against central differences of the loss, along a random direction each. A weight's
 * gradient passes through the input gradient of every layer above it, so these are checked too.
 */
@Tag("card")
class FiniteDifferenceTest {
    private static final double STEP = 1e-2;

    @ParameterizedTest
    @CsvSource({"llama, false", "qwen2, true", "qwen3, false", "mistral, true"})
    void everyWeightsGradientIsTheSlopeOfTheLoss(String name, boolean recompute) {
        Golden golden = Golden.load(name);
        try (Device device = TestDevice.open();
                LoadedModel model = LoadedModel.load(device, golden.directory(), DType.F32, 256, recompute)) {
            model.weights().arena().allocateGradients(device);
            try (Trainer trainer = trainer(model, model.weights().arena())) {
                checkAll(device, trainer, model.weights().arena(), golden);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"llama, 0, false", "qwen2, 0.3, false", "qwen3, 0.3, true", "mistral, 0, true"})
    void everyAdapterWeightsGradientIsTheSlopeOfTheLoss(String name, double dropout, boolean recompute) {
        Golden golden = Golden.load(name);
        try (Device device = TestDevice.open();
                LoadedModel model = LoadedModel.load(device, golden.directory(), DType.F32, 256, recompute);
                TrainableAdapter adapter =
                        TrainableAdapter.attach(model.decoder(), device, DType.F32, path -> true, 3, 1.5, dropout)) {
            SplittableRandom random = new SplittableRandom(5);
            for (Parameter parameter : adapter.arena().parameters()) {
                write(device, direction(random, parameter.value(), 0.2), parameter.value());
            }
            try (Trainer trainer = trainer(model, adapter.arena())) {
                checkAll(device, trainer, adapter.arena(), golden);
            }
        }
    }

    private static Trainer trainer(LoadedModel model, ParameterArena arena) {
        return new Trainer(model, arena, new AdamW.Settings(0.9, 0.999, 1e-8, 0), 0, 1, 64);
    }

    private static void checkAll(Device device, Trainer trainer, ParameterArena arena, Golden golden) {
        List<PackedBatch> batch = List.of(PackedBatch.of(golden.trainingRows(), 1.0 / 20));
        SplittableRandom random = new SplittableRandom(11);
        trainer.gradients(batch, 1);
        List<float[]> gradients = new ArrayList<>();
        for (Parameter parameter : arena.parameters()) {
            gradients.add(read(device, parameter.gradient()));
        }
        for (int i = 0; i < gradients.size(); i++) {
            Parameter parameter = arena.parameters().get(i);
            float[] gradient = gradients.get(i);
            float[] direction = towards(random, gradient);
            double slope = 0;
            for (int j = 0; j < gradient.length; j++) {
                slope += (double) gradient[j] * direction[j];
            }
            float[] value = read(device, parameter.value());
            double above = lossAt(device, trainer, parameter.value(), value, direction, STEP, batch);
            double below = lossAt(device, trainer, parameter.value(), value, direction, -STEP, batch);
            write(device, value, parameter.value());
            assertThat((above - below) / (2 * STEP))
                    .as(parameter.name())
                    .isCloseTo(slope, within(5e-3 * Math.abs(slope) + 2e-4));
        }
    }

    private static double lossAt(
            Device device,
            Trainer trainer,
            Tensor parameter,
            float[] value,
            float[] direction,
            double step,
            List<PackedBatch> batch) {
        float[] moved = value.clone();
        for (int j = 0; j < moved.length; j++) {
            moved[j] += (float) (step * direction[j]);
        }
        write(device, moved, parameter);
        return trainer.gradients(batch, 1).loss();
    }

    /** A direction of length 1, half gradient and half random, so that the slope is well above the noise of f32. */
    private static float[] towards(SplittableRandom random, float[] gradient) {
        double norm = 0;
        for (float g : gradient) {
            norm += (double) g * g;
        }
        float[] direction = new float[gradient.length];
        double scale = norm == 0 ? 0 : 0.7 / Math.sqrt(norm);
        for (int j = 0; j < direction.length; j++) {
            direction[j] = (float)
                    (gradient[j] * scale + 0.7 * (random.nextDouble() - 0.5) * Math.sqrt(12.0 / direction.length));
        }
        return direction;
    }

    private static float[] direction(SplittableRandom random, Tensor tensor, double size) {
        float[] values = new float[(int) tensor.elements()];
        for (int j = 0; j < values.length; j++) {
            values[j] = (float) ((random.nextDouble() - 0.5) * 2 * size);
        }
        return values;
    }

    private static float[] read(Device device, Tensor tensor) {
        float[] values = new float[(int) tensor.elements()];
        device.download(tensor, MemorySegment.ofArray(values));
        return values;
    }

    private static void write(Device device, float[] values, Tensor tensor) {
        device.upload(MemorySegment.ofArray(values), tensor);
    }
}
