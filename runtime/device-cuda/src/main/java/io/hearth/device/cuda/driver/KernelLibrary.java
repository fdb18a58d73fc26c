package io.hearth.device.cuda.driver;

import static io.hearth.device.cuda.driver.DriverCalls.failed;

import io.hearth.device.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The kernels of a card, by name: modules loaded from images, and their functions as they are asked for. */
public final class KernelLibrary implements AutoCloseable {
    private static final int CAPTURE_RELAXED = 2;

    private final Stream stream;
    private final DriverCalls calls;
    private final Driver.Card card;
    private final List<Long> modules = new ArrayList<>();
    private final Map<String, KernelFunction> functions = new HashMap<>();
    private final Map<String, KernelFunction[]> typed = new HashMap<>();
    private final LaunchArguments arguments = new LaunchArguments(Arena.ofAuto());

    /** @param images cubins or PTX, each ending as it must: PTX with a zero byte */
    public KernelLibrary(Stream stream, Driver.Card card, List<byte[]> images) {
        this.stream = stream;
        this.card = card;
        calls = stream.context().calls();
        stream.context().enter();
        try (Arena arena = Arena.ofConfined()) {
            for (byte[] image : images) {
                MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, image);
                modules.add(calls.ask("load kernels", out -> (int) calls.moduleLoad.invokeExact(out, data.address())));
            }
        }
    }

    /**
     * A kernel.
     *
     * @throws IllegalStateException naming it if no module has it
     */
    public KernelFunction function(String name) {
        KernelFunction known = functions.get(name);
        if (known == null) {
            known = find(name);
            functions.put(name, known);
        }
        return known;
    }

    /** The kernel for a type of activations: {@code name} with {@code _f32}, {@code _bf16} or {@code _f16}. */
    public KernelFunction function(String name, DType act) {
        KernelFunction[] byType = typed.get(name);
        if (byType == null) {
            byType = new KernelFunction[DType.values().length];
            typed.put(name, byType);
        }
        KernelFunction known = byType[act.ordinal()];
        if (known == null) {
            known = function(name + suffix(act));
            byType[act.ordinal()] = known;
        }
        return known;
    }

    private static String suffix(DType act) {
        return switch (act) {
            case F32 -> "_f32";
            case BF16 -> "_bf16";
            case F16 -> "_f16";
            default -> throw new IllegalArgumentException("kernels do not compute with " + act);
        };
    }

    /** Streaming multiprocessors of the card, such as 132. */
    public int multiprocessors() {
        return card.multiprocessors();
    }

    /** Ten times the major plus the minor number of the compute capability, such as 90. */
    public int computeCapability() {
        return card.computeCapability();
    }

    /** Most shared memory that a block can ask for, in bytes. */
    public int sharedBytesPerBlock() {
        return card.sharedBytesPerBlock();
    }

    private KernelFunction find(String name) {
        stream.context().enter();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cName = arena.allocateFrom(name);
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            // The driver loads a kernel when it is first asked for, which a recording forbids unless it is relaxed.
            MemorySegment mode = arena.allocate(ValueLayout.JAVA_INT);
            mode.set(ValueLayout.JAVA_INT, 0, CAPTURE_RELAXED);
            exchangeCaptureMode(mode);
            try {
                for (long module : modules) {
                    int status = (int) calls.moduleFunction.invokeExact(out.address(), module, cName.address());
                    if (status != DriverStatus.NOT_FOUND) {
                        calls.check(status, "find the kernel " + name);
                        return new KernelFunction(stream, arguments, name, out.get(ValueLayout.JAVA_LONG, 0));
                    }
                }
            } finally {
                exchangeCaptureMode(mode);
            }
        } catch (Throwable e) {
            throw failed(e);
        }
        throw new IllegalStateException("there is no kernel " + name);
    }

    private void exchangeCaptureMode(MemorySegment mode) throws Throwable {
        calls.check((int) calls.captureExchangeMode.invokeExact(mode.address()), "relax a recording");
    }

    @Override
    public void close() {
        stream.context().enter();
        try {
            for (long module : modules) {
                calls.check((int) calls.moduleUnload.invokeExact(module), "unload kernels");
            }
        } catch (Throwable e) {
            throw failed(e);
        }
        modules.clear();
    }
}
