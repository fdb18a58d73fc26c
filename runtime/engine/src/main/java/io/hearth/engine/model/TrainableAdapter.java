package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A LoRA adapter that is being trained: a branch on every projection whose module is asked for, with all its weights in
 * one arena.
 */
public final class TrainableAdapter implements AutoCloseable {
    private final ParameterArena arena = new ParameterArena();
    private final List<LoraBranch> branches = new ArrayList<>();

    /**
     * Adds an adapter with weights of zeros to a decoder.
     *
     * @param targets which module paths, such as {@code model.layers.0.self_attn.q_proj}, get a branch
     * @param scale alpha / r
     */
    public static TrainableAdapter attach(
            Decoder decoder,
            Device device,
            DType act,
            Predicate<String> targets,
            int rank,
            double scale,
            double dropout) {
        TrainableAdapter adapter = new TrainableAdapter();
        for (Linear linear : decoder.linears()) {
            for (Projection projection : linear.projections()) {
                if (targets.test(projection.path())) {
                    linear.addBranch(adapter.branch(linear, projection, rank, scale, dropout));
                }
            }
        }
        adapter.arena.allocate(device, act);
        adapter.arena.allocateGradients(device);
        return adapter;
    }

    private LoraBranch branch(Linear linear, Projection projection, int rank, double scale, double dropout) {
        Parameter a = arena.add(projection.path() + ".lora_A", true, rank, linear.inFeatures());
        Parameter b = arena.add(projection.path() + ".lora_B", true, projection.width(), rank);
        LoraBranch branch = new LoraBranch(projection, a, b, (float) scale, (float) dropout, branches.size());
        branches.add(branch);
        return branch;
    }

    public ParameterArena arena() {
        return arena;
    }

    public List<LoraBranch> branches() {
        return branches;
    }

    @Override
    public void close() {
        arena.close();
    }
}
