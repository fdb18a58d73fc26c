package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.PlanningDevice;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How LoRA steps fit into a card's memory.
 *
 * @param rows rows of a step
 * @param recompute whether layers make their activations again in the backward pass
 */
record TrainingFit(int rows, boolean recompute) {
    /** What is left free: the allocator's own, and what a device needs that is not planned. */
    private static final double USABLE = 0.95;

    private static final long MARGIN = 256L << 20;

    /** The most rows that fit without recomputation, else with it; nothing if not even one row fits. */
    static Optional<TrainingFit> find(Device device, ModelConfig config, DType act, Workload work, int rank) {
        for (boolean recompute : new boolean[] {false, true}) {
            for (int rows : work.trainedRows()) {
                long bytes = planned(
                        device,
                        config,
                        act,
                        work.positions(),
                        recompute,
                        model -> new TrainingBench(model, rows, work.trainedTokens(), rank).close());
                if (fits(bytes, device)) {
                    return Optional.of(new TrainingFit(rows, recompute));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether so much memory more can be had of a device. */
    static boolean fits(long bytes, Device device) {
        return bytes + MARGIN <= USABLE * device.info().freeBytes();
    }

    /** Most bytes that a model of zeros and some use of it take, the weights included. */
    static long planned(
            Device device, ModelConfig config, DType act, int positions, boolean recompute, Consumer<LoadedModel> use) {
        PlanningDevice planning = device.plan();
        try (LoadedModel model = LoadedModel.blank(planning, config, act, positions, recompute)) {
            use.accept(model);
        }
        return planning.peakBytes();
    }
}
