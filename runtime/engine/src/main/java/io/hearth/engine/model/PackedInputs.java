package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.SeqLens;
import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Fixed places on the device for the integers of a {@link PackedBatch}: made once, filled anew for every step. */
public final class PackedInputs implements AutoCloseable {
    private final Device device;
    private final List<Tensor> owned = new ArrayList<>();
    private final Tensor ids;
    private final Tensor positions;
    private final Tensor cuRows;
    private final Tensor lengths;
    private final Tensor countedRows;
    private final Tensor targets;
    private final Tensor weights;
    private final Tensor order;
    private final Tensor starts;
    private final Tensor distinct;

    /** Room for batches of up to this many tokens. */
    public PackedInputs(Device device, int maxTokens) {
        this.device = device;
        this.ids = integers(maxTokens);
        this.positions = integers(maxTokens);
        this.cuRows = integers(maxTokens + 1);
        this.lengths = integers(maxTokens);
        this.countedRows = integers(maxTokens);
        this.targets = integers(maxTokens);
        this.weights = device.allocate(DType.F32, maxTokens);
        owned.add(weights);
        this.order = integers(maxTokens);
        this.starts = integers(maxTokens + 1);
        this.distinct = integers(maxTokens);
    }

    private Tensor integers(long elements) {
        Tensor tensor = device.allocate(DType.I32, elements);
        owned.add(tensor);
        return tensor;
    }

    /**
     * A batch on the device; it stays until the next one is uploaded.
     *
     * @param ids i32[T]
     * @param positions i32[T]
     * @param lens rows as sequences
     * @param targets what the loss counts
     * @param sortedIds ids grouped by value, or null if the embedding is not trained
     */
    public record Uploaded(Tensor ids, Tensor positions, SeqLens lens, LossTargets targets, SortedIds sortedIds) {}

    /**
     * Puts a batch onto the device.
     *
     * @param sorted whether the gradient of the embedding will be needed
     */
    public Uploaded upload(PackedBatch batch, boolean sorted) {
        return new Uploaded(
                put(batch.ids(), ids),
                put(batch.positions(), positions),
                SeqLens.upload(device, batch.cuRows(), batch.lengths(), cuRows, lengths),
                new LossTargets(
                        put(batch.countedRows(), countedRows),
                        put(batch.targets(), targets),
                        put(batch.weights(), weights)),
                sorted ? sort(batch.ids()) : null);
    }

    private SortedIds sort(int[] tokens) {
        SortedIds.Host host = SortedIds.group(tokens);
        return new SortedIds(
                put(host.order(), order), put(host.starts(), starts), put(host.ids(), distinct), host.ids().length);
    }

    private Tensor put(int[] values, Tensor place) {
        Tensor part = place.slice(0, values.length);
        device.upload(MemorySegment.ofArray(values), part);
        return part;
    }

    private Tensor put(float[] values, Tensor place) {
        Tensor part = place.slice(0, values.length);
        device.upload(MemorySegment.ofArray(values), part);
        return part;
    }

    @Override
    public void close() {
        owned.forEach(tensor -> tensor.buffer().close());
    }
}
