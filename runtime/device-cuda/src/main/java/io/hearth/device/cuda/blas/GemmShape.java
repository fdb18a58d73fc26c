package io.hearth.device.cuda.blas;

import io.hearth.device.DType;
import io.hearth.device.Tensor;

/**
 * What the choice of an algorithm depends on: types, sizes, strides, alignment. It can be filled again and again for
 * look-ups; a key that is kept is a {@link #copy()}.
 */
final class GemmShape {
    /** What cuBLASLt takes for granted unless it is told otherwise. */
    private static final int USUAL_ALIGNMENT = 256;

    DType act;
    DType out;
    boolean transposeA;
    boolean transposeB;
    long m;
    long n;
    long k;
    long strideA;
    long strideB;
    long strideOut;
    boolean accumulate;
    boolean biased;
    int alignmentA;
    int alignmentB;
    int alignmentOut;

    /** @param bias what the library itself shall add, or null */
    GemmShape fill(
            Tensor a, boolean transposeA, Tensor b, boolean transposeB, boolean accumulate, Tensor bias, Tensor out) {
        act = a.type();
        this.out = out.type();
        this.transposeA = transposeA;
        this.transposeB = transposeB;
        m = out.rows();
        n = out.cols();
        k = transposeA ? a.rows() : a.cols();
        strideA = a.rowStride();
        strideB = b.rowStride();
        strideOut = out.rowStride();
        this.accumulate = accumulate;
        biased = bias != null;
        alignmentA = alignment(a.address());
        alignmentB = alignment(b.address());
        alignmentOut = alignment(bias == null ? out.address() : out.address() | bias.address());
        return this;
    }

    /** Few values, so that slices of one tensor share their algorithm. */
    private static int alignment(long address) {
        long lowest = Long.lowestOneBit(address | USUAL_ALIGNMENT);
        return lowest >= USUAL_ALIGNMENT ? USUAL_ALIGNMENT : (int) Math.min(lowest, 16);
    }

    GemmShape copy() {
        GemmShape copy = new GemmShape();
        copy.act = act;
        copy.out = out;
        copy.transposeA = transposeA;
        copy.transposeB = transposeB;
        copy.m = m;
        copy.n = n;
        copy.k = k;
        copy.strideA = strideA;
        copy.strideB = strideB;
        copy.strideOut = strideOut;
        copy.accumulate = accumulate;
        copy.biased = biased;
        copy.alignmentA = alignmentA;
        copy.alignmentB = alignmentB;
        copy.alignmentOut = alignmentOut;
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GemmShape that
                && act == that.act
                && out == that.out
                && transposeA == that.transposeA
                && transposeB == that.transposeB
                && m == that.m
                && n == that.n
                && k == that.k
                && strideA == that.strideA
                && strideB == that.strideB
                && strideOut == that.strideOut
                && accumulate == that.accumulate
                && biased == that.biased
                && alignmentA == that.alignmentA
                && alignmentB == that.alignmentB
                && alignmentOut == that.alignmentOut;
    }

    @Override
    public int hashCode() {
        long hash = act.ordinal() + 8L * out.ordinal() + (transposeA ? 64 : 0) + (transposeB ? 128 : 0);
        hash += (accumulate ? 256 : 0) + (biased ? 512 : 0);
        hash = 31 * (31 * (31 * hash + m) + n) + k;
        hash = 31 * (31 * (31 * hash + strideA) + strideB) + strideOut;
        hash = 31 * (31 * (31 * hash + alignmentA) + alignmentB) + alignmentOut;
        return Long.hashCode(hash * 0x9E3779B97F4A7C15L);
    }

    @Override
    public String toString() {
        return m + " x " + n + " x " + k + " in " + act + " to " + out;
    }
}
