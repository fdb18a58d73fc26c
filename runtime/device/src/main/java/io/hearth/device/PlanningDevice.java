package io.hearth.device;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.function.LongBinaryOperator;

/**
 * A device that only counts. Its buffers have a size and nothing else, its kernels return at once. The code of a step, run
 * on it with upper-bound shapes, tells the memory that the step needs without touching any.
 *
 * <p>Values read from it are zeros.
 */
public final class PlanningDevice implements Device {
    private final Device real;
    private final LongBinaryOperator statsElements;
    private final Kernels kernels;
    private long allocated;
    private long peak;

    /**
     * @param real the device that is planned for
     * @param kernels what is called in place of the real kernels: counts workspace, or {@link #idleKernels()}
     */
    public PlanningDevice(Device real, Kernels kernels) {
        this.real = real;
        this.statsElements = (tokens, heads) -> real.attentionStatsElements((int) tokens, (int) heads);
        this.kernels = kernels;
    }

    /** Kernels that do nothing. */
    public static Kernels idleKernels() {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> method.getDeclaringClass() == Object.class
                        ? objectMethod(proxy, method.getName(), arguments)
                        : null);
    }

    private static Object objectMethod(Object proxy, String name, Object[] arguments) {
        return switch (name) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "idle kernels";
        };
    }

    /** Bytes allocated now. */
    public long allocatedBytes() {
        return allocated;
    }

    /** Most bytes that were allocated at one time. */
    public long peakBytes() {
        return peak;
    }

    @Override
    public DeviceInfo info() {
        return real.info();
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        long rounded = roundUp(bytes);
        allocated += rounded;
        peak = Math.max(peak, allocated);
        return new PlannedBuffer(rounded);
    }

    /** Rounds up to the unit in which devices hand out memory, 256 bytes. */
    public static long roundUp(long bytes) {
        return Math.addExact(bytes, 255) & -256L;
    }

    @Override
    public Kernels kernels() {
        return kernels;
    }

    @Override
    public boolean supports(DType type) {
        return real.supports(type);
    }

    @Override
    public void upload(MemorySegment source, Tensor target) {}

    @Override
    public void download(Tensor source, MemorySegment target) {
        target.fill((byte) 0);
    }

    @Override
    public void synchronize() {}

    @Override
    public PreparedWeight prepareWeight(Tensor weight) {
        return new PlannedWeight(weight);
    }

    @Override
    public long attentionStatsElements(int tokens, int heads) {
        return statsElements.applyAsLong(tokens, heads);
    }

    @Override
    public PlanningDevice plan() {
        return this;
    }

    @Override
    public void close() {}

    private final class PlannedBuffer implements DeviceBuffer {
        private final long bytes;
        private boolean open = true;

        PlannedBuffer(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public long address() {
            return 0;
        }

        @Override
        public MemorySegment host() {
            throw new UnsupportedOperationException("a planned buffer holds nothing");
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                allocated -= bytes;
            }
        }
    }

    private record PlannedWeight(Tensor weight) implements PreparedWeight {
        @Override
        public int outFeatures() {
            return weight.rows();
        }

        @Override
        public int inFeatures() {
            return weight.cols();
        }

        @Override
        public DType type() {
            return weight.type();
        }

        @Override
        public long extraBytes() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
