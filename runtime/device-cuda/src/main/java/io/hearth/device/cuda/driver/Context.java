package io.hearth.device.cuda.driver;

import static io.hearth.device.cuda.driver.DriverCalls.failed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A card in the hands of this process: its primary context, which NVIDIA's own libraries use as well. What is allocated
 * here goes with {@link #close()} at the latest if this process holds nothing else on the card.
 */
public final class Context implements AutoCloseable {
    /** Memory that every context can use. */
    private static final int PORTABLE = 1;

    private final DriverCalls calls;
    private final int device;
    private final long handle;
    private boolean open = true;

    Context(DriverCalls calls, int device) {
        this.calls = calls;
        this.device = device;
        handle = calls.ask("take the card", out -> (int) calls.contextRetain.invokeExact(out, device));
    }

    DriverCalls calls() {
        return calls;
    }

    /** The driver's number of the card. */
    public int device() {
        return device;
    }

    /**
     * Makes this card the one that the calling thread's next calls are for. The driver keeps that per thread, and NVIDIA's
     * libraries change it, so that it is said before each call; it takes some 20 ns.
     */
    public void enter() {
        try {
            calls.check((int) calls.contextSetCurrent.invokeExact(handle), "turn to the card");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Memory of the card that is free, in bytes. */
    public long freeBytes() {
        return memoryInfo(0);
    }

    /** Memory of the card in bytes. */
    public long totalBytes() {
        return memoryInfo(1);
    }

    private long memoryInfo(int which) {
        enter();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, 2);
            calls.check(
                    (int) calls.memoryInfo.invokeExact(out.address(), out.address() + Long.BYTES),
                    "tell how much memory is free");
            return out.getAtIndex(ValueLayout.JAVA_LONG, which);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /**
     * Memory of the card, aligned to 256 bytes; what it holds is undefined.
     *
     * @return its address
     */
    public long allocate(long bytes) {
        enter();
        return calls.ask("reserve memory", out -> (int) calls.memoryAllocate.invokeExact(out, bytes));
    }

    /** Gives memory of the card back, after everything queued that may use it. */
    public void free(long address) {
        enter();
        try {
            calls.check((int) calls.memoryFree.invokeExact(address), "give memory back");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** Host memory that the system keeps in place, so that the card reads and writes it by itself. */
    public MemorySegment allocatePinned(long bytes) {
        enter();
        long address = calls.ask(
                "reserve memory of the host", out -> (int) calls.pinnedAllocate.invokeExact(out, bytes, PORTABLE));
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    public void freePinned(MemorySegment memory) {
        enter();
        try {
            calls.check((int) calls.pinnedFree.invokeExact(memory.address()), "give memory of the host back");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** A stream of its own. */
    public Stream openStream() {
        enter();
        return new Stream(this);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            try {
                calls.check((int) calls.contextRelease.invokeExact(device), "leave the card");
            } catch (Throwable e) {
                throw failed(e);
            }
        }
    }
}
