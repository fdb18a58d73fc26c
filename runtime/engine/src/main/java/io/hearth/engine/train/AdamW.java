package io.hearth.engine.train;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.Tensor;
import io.hearth.engine.model.ParameterArena;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter 2019) over a parameter arena. Keeps f32 master weights beside the arena where activations
 * are not f32; otherwise the arena itself is the master.
 */
public final class AdamW implements AutoCloseable {
    /**
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param eps added to the root of the second moment
     * @param weightDecay for matrices; norms and biases have none
     */
    public record Settings(double beta1, double beta2, double eps, double weightDecay) {}

    private final ParameterArena arena;
    private final Settings settings;
    private final Tensor master;
    private final Tensor m;
    private final Tensor v;

    AdamW(Device device, ParameterArena arena, Settings settings) {
        this.arena = arena;
        this.settings = settings;
        boolean separate = arena.values().type() != DType.F32;
        this.master = separate ? device.allocate(DType.F32, arena.elements()) : arena.values();
        this.m = device.allocate(DType.F32, arena.elements());
        this.v = device.allocate(DType.F32, arena.elements());
        takeOver(device.kernels());
    }

    /** Makes the master weights equal to the arena's, after those were set from outside. */
    public void takeOver(Kernels kernels) {
        if (master != arena.values()) {
            kernels.copy(arena.values(), master);
        }
    }

    /** Makes the arena's weights equal to the master's, after those were restored. */
    public void publish(Kernels kernels) {
        if (master != arena.values()) {
            kernels.copy(master, arena.values());
        }
    }

    /** f32 weights, laid out like the arena. */
    public Tensor master() {
        return master;
    }

    /** Everything that a checkpoint must hold, by name; f32, laid out like the arena. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("parameter", master);
        state.put("m", m);
        state.put("v", v);
        return state;
    }

    /** Bytes of master weights and moments beyond the arena. */
    public long bytes() {
        return (master == arena.values() ? 8 : 12) * arena.elements();
    }

    void step(Kernels kernels, Tensor gradientScale, int step, double learningRate) {
        long decayed = arena.decayedElements();
        update(kernels, 0, decayed, settings.weightDecay(), gradientScale, step, learningRate);
        update(kernels, decayed, arena.elements() - decayed, 0, gradientScale, step, learningRate);
    }

    private void update(
            Kernels kernels, long from, long count, double decay, Tensor scale, int step, double learningRate) {
        if (count == 0) {
            return;
        }
        kernels.adamW(
                master.slice(from, count),
                m.slice(from, count),
                v.slice(from, count),
                arena.gradients().slice(from, count),
                scale,
                step,
                (float) learningRate,
                (float) settings.beta1(),
                (float) settings.beta2(),
                (float) settings.eps(),
                (float) decay,
                master == arena.values() ? null : arena.values().slice(from, count));
    }

    @Override
    public void close() {
        m.buffer().close();
        v.buffer().close();
        if (master != arena.values()) {
            master.buffer().close();
        }
    }
}
