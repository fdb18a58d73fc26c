package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
     * @param modules last parts of module paths, such as {@code q_proj}
     * @param scale alpha / r
     */
    public static TrainableAdapter attach(
            Decoder decoder, Device device, DType act, Set<String> modules, int rank, double scale, double dropout) {
        TrainableAdapter adapter = new TrainableAdapter();
        for (Linear linear : decoder.linears()) {
            for (Projection projection : linear.projections()) {
                if (modules.contains(projection.module())) {
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
