package io.hearth.engine.checkpoint;

import java.lang.foreign.MemorySegment;

/**
 * The two matrices on one linear layer: y += scale · B · A · x.
 *
 * @param a    f32 [rank, in], row-major, little-endian
 * @param b    f32 [out, rank], row-major, little-endian
 * @param rank width of the bottleneck
 * @param in   input features of the layer
 * @param out  output features of the layer
 */
public record LoraPair(MemorySegment a, MemorySegment b, int rank, int in, int out) {
    public LoraPair {
        if (a.byteSize() != (long) rank * in * Float.BYTES || b.byteSize() != (long) out * rank * Float.BYTES) {
            throw new IllegalArgumentException("%d and %d bytes for A [%d, %d] and B [%d, %d]"
                    .formatted(a.byteSize(), b.byteSize(), rank, in, out, rank));
        }
    }
}
