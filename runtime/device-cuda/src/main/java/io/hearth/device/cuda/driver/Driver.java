package io.hearth.device.cuda.driver;

import static io.hearth.device.cuda.driver.DriverCalls.failed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * NVIDIA's driver and the cards that it shows to this process. Every call that it refuses throws {@link DriverException}
 * with a sentence.
 */
public final class Driver {
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;
    private static final int MULTIPROCESSORS = 16;
    private static final int SHARED_BYTES_PER_BLOCK = 97;
    private static final int COMPUTE_MODE = 20;
    private static final int PROHIBITED = 2;

    private final DriverCalls calls;

    /**
     * Initialises the driver.
     *
     * @param library {@code libcuda.so.1}
     * @throws IllegalStateException if a function is missing
     */
    public Driver(SymbolLookup library) {
        calls = new DriverCalls(library);
        try {
            calls.check((int) calls.init.invokeExact(0), "start");
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** The newest CUDA version that the driver serves: 1000 times the major plus 10 times the minor version. */
    public int version() {
        return calls.askInt("tell its version", out -> (int) calls.driverVersion.invokeExact(out));
    }

    /** Number of cards. */
    public int cards() {
        return calls.askInt("count the cards", out -> (int) calls.deviceCount.invokeExact(out));
    }

    /** What is known of a card without taking it. */
    public Card card(int index) {
        int device = device(index);
        return new Card(
                index,
                text(device, calls.deviceName, "tell the card's name"),
                text(device, calls.devicePciAddress, "tell the card's place").toLowerCase(Locale.ROOT),
                10 * attribute(device, CAPABILITY_MAJOR) + attribute(device, CAPABILITY_MINOR),
                attribute(device, MULTIPROCESSORS),
                attribute(device, SHARED_BYTES_PER_BLOCK),
                calls.ask("tell the card's memory", out -> (int) calls.deviceTotalBytes.invokeExact(out, device)),
                attribute(device, COMPUTE_MODE) == PROHIBITED);
    }

    /** Takes a card for this process. */
    public Context open(int index) {
        return new Context(calls, device(index));
    }

    private int device(int index) {
        return calls.askInt("find card " + index, out -> (int) calls.deviceGet.invokeExact(out, index));
    }

    private int attribute(int device, int attribute) {
        return calls.askInt(
                "describe the card", out -> (int) calls.deviceAttribute.invokeExact(out, attribute, device));
    }

    private String text(int device, MethodHandle question, String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(256);
            calls.check((int) question.invokeExact(text.address(), (int) text.byteSize(), device), what);
            return text.getString(0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /**
     * A card.
     *
     * @param index its number in this process
     * @param name what NVIDIA calls it
     * @param pciAddress its place in the machine, such as {@code 0000:3b:00.0}
     * @param computeCapability ten times the major plus the minor number, such as 90
     * @param multiprocessors its streaming multiprocessors
     * @param sharedBytesPerBlock most shared memory that a block can ask for
     * @param totalBytes its memory
     * @param prohibited whether its owner has forbidden computing on it
     */
    public record Card(
            int index,
            String name,
            String pciAddress,
            int computeCapability,
            int multiprocessors,
            int sharedBytesPerBlock,
            long totalBytes,
            boolean prohibited) {}
}
