package io.hearth.device.ascend.kernels;

import com.sun.jna.NativeLibrary;
import io.hearth.device.CheckedKernels;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceBuffer;
import io.hearth.device.DeviceInfo;
import io.hearth.device.Kernels;
import io.hearth.device.PlanningDevice;
import io.hearth.device.PreparedWeight;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;
import io.hearth.device.ascend.aclnn.Soc;
import io.hearth.device.ascend.cann.Acl;
import io.hearth.device.ascend.cann.Cann;
import io.hearth.device.ascend.card.Card;
import io.hearth.device.ascend.card.Patience;
import io.hearth.device.ascend.card.Staging;
import io.hearth.device.ascend.card.Stream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The stand-in's card with scratch memory of any size, for the conformance kit: what is small is cut there as well. */
final class ScratchDevice implements Device {
    private static final long ALIGNMENT = 256;

    private final Acl acl = Cann.ofThisMachine().start();
    private final Stream stream = new Stream(Card.take(acl, 0), Patience.configured());
    private final Staging staging = new Staging(stream);
    private final Soc soc = Soc.of(acl.socName());
    private final Operators operators = new Operators(stream, staging, soc, this::allocate);
    private final AscendKernels kernels;

    /** @param bytes of scratch memory */
    ScratchDevice(long bytes) {
        kernels = kernels(bytes);
    }

    /** Kernels with other scratch memory. */
    AscendKernels kernels(long bytes) {
        return new AscendKernels(operators, new Scratch(allocate(bytes).address(), bytes));
    }

    /** How often a function of CANN was called, as the stand-in counts it. */
    static long calls(String function) {
        Path core = Path.of(System.getenv("HEARTH_ASCEND_HOME"), "lib64", "libstandin_core.so");
        return NativeLibrary.getInstance(core.toString())
                .getFunction("standin_calls")
                .invokeLong(new Object[] {function});
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo("ascend", 0, soc.name(), "little scratch memory", acl.memory()[1], acl.memory()[0], 1);
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        long rounded = PlanningDevice.roundUp(Math.max(1, bytes));
        long reserved = acl.allocate(rounded + ALIGNMENT);
        long address = (reserved + ALIGNMENT - 1) & -ALIGNMENT;
        return new DeviceBuffer() {
            @Override
            public long bytes() {
                return rounded;
            }

            @Override
            public long address() {
                return address;
            }

            @Override
            public MemorySegment host() {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {
                stream.settle();
                acl.free(reserved);
            }
        };
    }

    @Override
    public Kernels kernels() {
        return new CheckedKernels(kernels);
    }

    @Override
    public boolean supports(DType type) {
        return type.isFloat() && (type != DType.BF16 || soc.bf16());
    }

    @Override
    public void upload(MemorySegment source, Tensor target) {
        staging.upload(source, target.address());
    }

    @Override
    public void download(Tensor source, MemorySegment target) {
        staging.download(source.address(), target);
    }

    @Override
    public void synchronize() {
        stream.synchronize();
    }

    @Override
    public PreparedWeight prepareWeight(Tensor weight) {
        return kernels.prepareWeight(weight);
    }

    @Override
    public long attentionStatsElements(int tokens, int heads) {
        return 16L * tokens * heads;
    }

    @Override
    public PlanningDevice plan() {
        return new PlanningDevice(this, PlanningDevice.idleKernels());
    }

    /** The process ends, and its memory with it. */
    @Override
    public void close() {}
}
