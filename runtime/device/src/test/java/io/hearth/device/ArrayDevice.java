package io.hearth.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A device of plain host memory for tests of what needs no kernels. */
public final class ArrayDevice implements Device {
    private final Kernels kernels;

    public ArrayDevice() {
        this(PlanningDevice.idleKernels());
    }

    public ArrayDevice(Kernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo("array", 0, "arrays", "for tests", 0, 0, 1);
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        MemorySegment memory = Arena.ofAuto().allocate(PlanningDevice.roundUp(bytes), 256);
        return new DeviceBuffer() {
            @Override
            public long bytes() {
                return memory.byteSize();
            }

            @Override
            public long address() {
                return memory.address();
            }

            @Override
            public MemorySegment host() {
                return memory;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Kernels kernels() {
        return kernels;
    }

    @Override
    public boolean supports(DType type) {
        return type == DType.F32;
    }

    @Override
    public void upload(MemorySegment source, Tensor target) {
        host(target).copyFrom(source);
    }

    @Override
    public void download(Tensor source, MemorySegment target) {
        target.copyFrom(host(source));
    }

    private static MemorySegment host(Tensor tensor) {
        return tensor.buffer().host().asSlice(tensor.byteOffset(), tensor.bytes());
    }

    @Override
    public void synchronize() {}

    @Override
    public PreparedWeight prepareWeight(Tensor weight) {
        return plan().prepareWeight(weight);
    }

    @Override
    public long attentionStatsElements(int tokens, int heads) {
        return 16L * tokens * heads;
    }

    @Override
    public PlanningDevice plan() {
        return new PlanningDevice(this, PlanningDevice.idleKernels());
    }

    @Override
    public void close() {}
}
