package io.hearth.engine.model;

import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.LoraPair;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Finished adapters beside a model, side by side on the device, so that the rows of one batch can use different ones. All
 * are padded to the largest rank; a projection that an adapter leaves alone has zeros in its slot.
 */
public final class AdapterPool implements AutoCloseable {
    private static final int RANK_MULTIPLE = 16;

    private final LoadedModel model;
    private final int slots;
    private final List<Tensor> owned = new ArrayList<>();

    /**
     * Puts adapters beside a model; the slot of each is its place in the list.
     *
     * @throws CheckpointException if an adapter does not fit the model
     */
    public AdapterPool(LoadedModel model, List<LoraAdapter> adapters) {
        this.model = model;
        this.slots = adapters.size();
        adapters.forEach(adapter -> adapter.requireFits(model.config().linearModules()));
        int rank = adapters.stream()
                .flatMap(adapter -> adapter.modules().values().stream())
                .mapToInt(LoraPair::rank)
                .max()
                .orElse(RANK_MULTIPLE);
        int padded = (rank + RANK_MULTIPLE - 1) / RANK_MULTIPLE * RANK_MULTIPLE;
        for (Linear linear : model.decoder().linears()) {
            linear.setPool(linear.projections().stream()
                    .filter(projection -> adapters.stream()
                            .anyMatch(adapter -> adapter.modules().containsKey(projection.path())))
                    .map(projection -> pooled(linear, projection, adapters, padded))
                    .toList());
        }
    }

    /** Number of adapters. */
    public int slots() {
        return slots;
    }

    private Linear.Pooled pooled(Linear linear, Projection projection, List<LoraAdapter> adapters, int rank) {
        Device device = model.device();
        Tensor a = device.allocate(model.act(), slots, rank, linear.inFeatures());
        Tensor b = device.allocate(model.act(), slots, projection.width(), rank);
        owned.add(a);
        owned.add(b);
        for (int slot = 0; slot < slots; slot++) {
            LoraPair pair = adapters.get(slot).modules().get(projection.path());
            if (pair != null) {
                double scale = adapters.get(slot).config().scale();
                upload(paddedA(pair, rank), a, slot);
                upload(paddedB(pair, rank, scale), b, slot);
            }
        }
        return new Linear.Pooled(projection, a, b);
    }

    private static float[] paddedA(LoraPair pair, int rank) {
        float[] values = new float[rank * pair.in()];
        MemorySegment.copy(pair.a(), ValueLayout.JAVA_FLOAT, 0, values, 0, pair.rank() * pair.in());
        return values;
    }

    private static float[] paddedB(LoraPair pair, int rank, double scale) {
        float[] values = new float[pair.out() * rank];
        for (int row = 0; row < pair.out(); row++) {
            for (int r = 0; r < pair.rank(); r++) {
                float value = pair.b().getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * pair.rank() + r);
                values[row * rank + r] = (float) (value * scale);
            }
        }
        return values;
    }

    private void upload(float[] values, Tensor pool, int slot) {
        Tensor target = pool.slice((long) slot * values.length, values.length);
        ActUpload.upload(model.device(), MemorySegment.ofArray(values), target);
    }

    @Override
    public void close() {
        model.decoder().linears().forEach(linear -> linear.setPool(List.of()));
        owned.forEach(tensor -> tensor.buffer().close());
    }
}
