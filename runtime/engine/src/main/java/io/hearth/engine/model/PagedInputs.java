package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.LoraSegments;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * A fixed place on the device for the integers of a serving step, filled by one copy. Steps of the same shape find each
 * array at the same address, so that a recorded step can be replayed with new values.
 */
final class PagedInputs implements AutoCloseable {
    /** Elements between the starts of arrays are a multiple of this: 256 bytes. */
    private static final int UNIT = 64;

    private final Device device;
    private final Tensor place;

    /**
     * Sizes of the arrays.
     *
     * @param tokens new tokens, T
     * @param sequences B
     * @param columns blocks in each row of the block table
     * @param segments runs of rows with the same adapter, S; 0 for none
     * @param logitRows rows whose logits are wanted, n
     */
    record Shape(int tokens, int sequences, int columns, int segments, int logitRows) {
        private int[] lengths() {
            return new int[] {
                tokens, tokens, tokens, sequences + 1, sequences, sequences * columns, segments, segments + 1, logitRows
            };
        }

        private int elements() {
            int sum = 0;
            for (int length : lengths()) {
                sum = Math.addExact(sum, roundUp(length));
            }
            return sum;
        }
    }

    /**
     * Where the arrays of one shape lie, i32 all.
     *
     * @param tokens [T]
     * @param positions [T]
     * @param slots [T]
     * @param cuQ [B+1]
     * @param kvLen [B]
     * @param blockTable [B, columns]
     * @param adapters [S]
     * @param adapterRows [S+1]
     * @param logitRows [n]
     */
    record Placed(
            Tensor tokens,
            Tensor positions,
            Tensor slots,
            Tensor cuQ,
            Tensor kvLen,
            Tensor blockTable,
            Tensor adapters,
            Tensor adapterRows,
            Tensor logitRows) {
        /** The runs with what the host says of them, or null without any. */
        LoraSegments segments(AdapterRuns host) {
            return host.count() == 0 ? null : new LoraSegments(host.adapters(), host.cuRows(), adapters, adapterRows);
        }
    }

    /** Room for steps of up to this shape. */
    PagedInputs(Device device, Shape largest) {
        this.device = device;
        this.place = device.allocate(DType.I32, largest.elements());
    }

    private static int roundUp(int length) {
        return Math.addExact(length, UNIT - 1) / UNIT * UNIT;
    }

    /** The places for a shape, whatever stands there now. */
    Placed at(Shape shape) {
        int[] lengths = shape.lengths();
        Tensor[] parts = new Tensor[lengths.length];
        int from = 0;
        for (int i = 0; i < lengths.length; i++) {
            parts[i] = place.slice(from, lengths[i]);
            from += roundUp(lengths[i]);
        }
        return new Placed(
                parts[0],
                parts[1],
                parts[2],
                parts[3],
                parts[4],
                parts[5].reshape(shape.sequences(), shape.columns()),
                parts[6],
                parts[7],
                parts[8]);
    }

    /** Puts a batch onto the device, each array at the beginning of its place. */
    Placed upload(PagedBatch batch, AdapterRuns runs, Shape shape) {
        int[] host = new int[shape.elements()];
        int from = put(batch.tokens(), host, 0);
        from = put(batch.positions(), host, from);
        from = put(batch.slots(), host, from);
        from = put(batch.cuQ(), host, from);
        from = put(batch.kvLen(), host, from);
        for (int b = 0; b < shape.sequences(); b++) {
            int[] row = batch.blockTables()[b];
            System.arraycopy(row, 0, host, from + b * shape.columns(), Math.min(row.length, shape.columns()));
        }
        from += roundUp(shape.sequences() * shape.columns());
        from = put(runs.adapters(), host, from);
        from = put(runs.cuRows(), host, from);
        put(batch.logitRows(), host, from);
        device.upload(MemorySegment.ofArray(host), place.slice(0, host.length));
        return at(shape);
    }

    private static int put(int[] values, int[] host, int from) {
        System.arraycopy(values, 0, host, from, values.length);
        return from + roundUp(values.length);
    }

    @Override
    public void close() {
        place.buffer().close();
    }
}
