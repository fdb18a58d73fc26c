package io.hearth.device.ascend.aclnn;

/**
 * Memory of the card for what a kernel needs between its operators: one area of fixed size, taken when the device is opened.
 * A kernel that uses it calls {@link #reset} first; because everything is queued on one stream, the pieces of the kernel
 * before are free then.
 */
public final class Scratch {
    /** Size of the area. A kernel that needs more cuts its work. */
    public static final long BYTES = 64L << 20;

    private static final long PIECE = 256;

    private final long address;
    private final long bytes;
    private long used;

    /** @param address of {@code bytes} bytes on the card, aligned to 256 */
    public Scratch(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
    }

    /** Takes the next piece: aligned to 256 bytes; what it holds is undefined. */
    public long take(long size) {
        long rounded = (Math.max(1, size) + PIECE - 1) & -PIECE;
        if (rounded > bytes - used) {
            throw new IllegalStateException("a kernel wants " + size + " bytes of scratch memory, and " + (bytes - used)
                    + " of " + bytes + " are left");
        }
        long piece = address + used;
        used += rounded;
        return piece;
    }

    /** Takes a piece for a contiguous tensor. */
    public long take(AclType type, long... shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        return take(Math.multiplyExact(elements, type.bytes()));
    }

    /** Forgets all pieces. */
    public void reset() {
        used = 0;
    }

    /** Size of the whole area. */
    public long bytes() {
        return bytes;
    }

    /** Bytes that can still be taken. */
    public long left() {
        return bytes - used;
    }
}
