package io.hearth.device.cpu;

import io.hearth.device.DeviceBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Host memory, aligned to a page. */
final class CpuBuffer implements DeviceBuffer {
    private final Arena arena;
    private final MemorySegment memory;

    private CpuBuffer(Arena arena, MemorySegment memory) {
        this.arena = arena;
        this.memory = memory;
    }

    /** Null if the system has not that much. */
    static CpuBuffer allocate(long bytes) {
        Arena arena = Arena.ofShared();
        MemorySegment memory = HostMemory.map(bytes, arena);
        if (memory == null) {
            arena.close();
            return null;
        }
        return new CpuBuffer(arena, memory);
    }

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
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
