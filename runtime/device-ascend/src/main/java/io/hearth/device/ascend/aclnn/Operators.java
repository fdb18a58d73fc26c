package io.hearth.device.ascend.aclnn;

import java.lang.foreign.MemorySegment;

/** The operators of one device. */
public final class Operators {
    /** Whether the libraries of this machine have the operator, and this chip as far as is known. */
    public boolean has(Operator operator) {
        throw new UnsupportedOperationException();
    }

    /** The device's one call, emptied, for this operator. */
    public Call call(Operator operator) {
        throw new UnsupportedOperationException();
    }

    /** The chip of the card. */
    public Soc soc() {
        throw new UnsupportedOperationException();
    }

    /** Fills memory of the card with one byte value; queued. */
    public void memset(long address, int value, long bytes) {
        throw new UnsupportedOperationException();
    }

    /** Copies within the memory of the card; queued. The two areas do not overlap. */
    public void copyOnCard(long to, long from, long bytes) {
        throw new UnsupportedOperationException();
    }

    /** Copies a few values of the host to the card; queued. The source may be changed when this returns. */
    public void upload(long address, MemorySegment host) {
        throw new UnsupportedOperationException();
    }
}
