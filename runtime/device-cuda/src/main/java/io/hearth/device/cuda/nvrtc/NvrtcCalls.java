package io.hearth.device.cuda.nvrtc;

import io.hearth.device.DeviceException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The functions of {@code libnvrtc} that Hearth calls. Every one answers a status; parameters are addresses but for counts. */
final class NvrtcCalls {
    static final int SUCCESS = 0;

    final MethodHandle version;
    final MethodHandle targetCount;
    final MethodHandle targets;
    final MethodHandle createProgram;
    final MethodHandle compileProgram;
    final MethodHandle destroyProgram;
    final MethodHandle logSize;
    final MethodHandle log;
    final MethodHandle cubinSize;
    final MethodHandle cubin;
    final MethodHandle ptxSize;
    final MethodHandle ptx;
    private final MethodHandle errorText;
    private final SymbolLookup library;

    NvrtcCalls(SymbolLookup library) {
        this.library = library;
        MemoryLayout address = ValueLayout.ADDRESS;
        MemoryLayout count = ValueLayout.JAVA_INT;
        version = bind("nvrtcVersion", address, address);
        targetCount = bind("nvrtcGetNumSupportedArchs", address);
        targets = bind("nvrtcGetSupportedArchs", address);
        createProgram = bind("nvrtcCreateProgram", address, address, address, count, address, address);
        compileProgram = bind("nvrtcCompileProgram", address, count, address);
        destroyProgram = bind("nvrtcDestroyProgram", address);
        logSize = bind("nvrtcGetProgramLogSize", address, address);
        log = bind("nvrtcGetProgramLog", address, address);
        cubinSize = bind("nvrtcGetCUBINSize", address, address);
        cubin = bind("nvrtcGetCUBIN", address, address);
        ptxSize = bind("nvrtcGetPTXSize", address, address);
        ptx = bind("nvrtcGetPTX", address, address);
        errorText = Linker.nativeLinker()
                .downcallHandle(find("nvrtcGetErrorString"), FunctionDescriptor.of(ValueLayout.ADDRESS, count));
    }

    private MethodHandle bind(String name, MemoryLayout... parameters) {
        return Linker.nativeLinker()
                .downcallHandle(find(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
    }

    private MemorySegment find(String name) {
        return library.find(name)
                .orElseThrow(() -> new DeviceException("NVIDIA's runtime compiler has no function " + name + "."));
    }

    /** @throws DeviceException if a call was refused; {@code what} follows "could not" */
    void check(int status, String what) {
        if (status != SUCCESS) {
            throw new DeviceException("NVIDIA's runtime compiler could not " + what + ": " + text(status) + ".");
        }
    }

    private String text(int status) {
        try {
            MemorySegment text = (MemorySegment) errorText.invokeExact(status);
            return text.reinterpret(256).getString(0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** What a call of a native function threw, to be thrown on. */
    static RuntimeException failed(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
}
