package io.hearth.device.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The functions of NVIDIA's driver library ({@code libcuda.so.1}) that Hearth calls, and nothing else of it. Every one
 * answers a status; {@link #check} makes a sentence of what is not success. Addresses and handles are numbers.
 */
final class DriverCalls {
    final MethodHandle init;
    final MethodHandle driverVersion;
    final MethodHandle deviceCount;
    final MethodHandle deviceGet;
    final MethodHandle deviceName;
    final MethodHandle devicePciAddress;
    final MethodHandle deviceAttribute;
    final MethodHandle deviceTotalBytes;
    final MethodHandle contextRetain;
    final MethodHandle contextRelease;
    final MethodHandle contextSetCurrent;

    final MethodHandle memoryInfo;
    final MethodHandle memoryAllocate;
    final MethodHandle memoryFree;
    final MethodHandle pinnedAllocate;
    final MethodHandle pinnedFree;
    final MethodHandle fillBytes;
    final MethodHandle copyToCard;
    final MethodHandle copyToHost;
    final MethodHandle copyOnCard;

    final MethodHandle streamCreate;
    final MethodHandle streamDestroy;
    final MethodHandle streamSynchronize;
    final MethodHandle eventCreate;
    final MethodHandle eventDestroy;
    final MethodHandle eventRecord;
    final MethodHandle eventQuery;
    final MethodHandle eventSynchronize;

    final MethodHandle captureBegin;
    final MethodHandle captureEnd;
    final MethodHandle captureExchangeMode;
    final MethodHandle graphInstantiate;
    final MethodHandle graphLaunch;
    final MethodHandle graphExecutableDestroy;
    final MethodHandle graphDestroy;

    final MethodHandle moduleLoad;
    final MethodHandle moduleUnload;
    final MethodHandle moduleFunction;
    final MethodHandle functionSetAttribute;
    final MethodHandle launchKernel;

    private final SymbolLookup library;
    private final MethodHandle errorName;

    /** @throws IllegalStateException naming the function, if the library lacks one */
    DriverCalls(SymbolLookup library) {
        this.library = library;
        errorName = bind("cuGetErrorName", "IIL");
        init = bind("cuInit", "II");
        driverVersion = bind("cuDriverGetVersion", "IL");
        deviceCount = bind("cuDeviceGetCount", "IL");
        deviceGet = bind("cuDeviceGet", "ILI");
        deviceName = bind("cuDeviceGetName", "ILII");
        devicePciAddress = bind("cuDeviceGetPCIBusId", "ILII");
        deviceAttribute = bind("cuDeviceGetAttribute", "ILII");
        deviceTotalBytes = bind("cuDeviceTotalMem_v2", "ILI");
        contextRetain = bind("cuDevicePrimaryCtxRetain", "ILI");
        contextRelease = bind("cuDevicePrimaryCtxRelease_v2", "II");
        contextSetCurrent = bind("cuCtxSetCurrent", "IL");
        memoryInfo = bind("cuMemGetInfo_v2", "ILL");
        memoryAllocate = bind("cuMemAlloc_v2", "ILL");
        memoryFree = bind("cuMemFree_v2", "IL");
        pinnedAllocate = bind("cuMemHostAlloc", "ILLI");
        pinnedFree = bind("cuMemFreeHost", "IL");
        fillBytes = bind("cuMemsetD8Async", "ILBLL");
        copyToCard = bind("cuMemcpyHtoDAsync_v2", "ILLLL");
        copyToHost = bind("cuMemcpyDtoHAsync_v2", "ILLLL");
        copyOnCard = bind("cuMemcpyDtoDAsync_v2", "ILLLL");
        streamCreate = bind("cuStreamCreate", "ILI");
        streamDestroy = bind("cuStreamDestroy_v2", "IL");
        streamSynchronize = bind("cuStreamSynchronize", "IL");
        eventCreate = bind("cuEventCreate", "ILI");
        eventDestroy = bind("cuEventDestroy_v2", "IL");
        eventRecord = bind("cuEventRecord", "ILL");
        eventQuery = bind("cuEventQuery", "IL");
        eventSynchronize = bind("cuEventSynchronize", "IL");
        captureBegin = bind("cuStreamBeginCapture_v2", "ILI");
        captureEnd = bind("cuStreamEndCapture", "ILL");
        captureExchangeMode = bind("cuThreadExchangeStreamCaptureMode", "IL");
        graphInstantiate = bind("cuGraphInstantiateWithFlags", "ILLL");
        graphLaunch = bind("cuGraphLaunch", "ILL");
        graphExecutableDestroy = bind("cuGraphExecDestroy", "IL");
        graphDestroy = bind("cuGraphDestroy", "IL");
        moduleLoad = bind("cuModuleLoadData", "ILL");
        moduleUnload = bind("cuModuleUnload", "IL");
        moduleFunction = bind("cuModuleGetFunction", "ILLL");
        functionSetAttribute = bind("cuFuncSetAttribute", "ILII");
        launchKernel = bind("cuLaunchKernel", "ILIIIIIIILLL");
    }

    /** @param signature result, then one letter per parameter: L long, address or handle; I int; B byte */
    private MethodHandle bind(String name, String signature) {
        MemoryLayout[] parameters = new MemoryLayout[signature.length() - 1];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = layout(signature.charAt(i + 1));
        }
        MemorySegment function = library.find(name)
                .orElseThrow(() -> new IllegalStateException("NVIDIA's driver library has no function " + name));
        return Linker.nativeLinker()
                .downcallHandle(function, FunctionDescriptor.of(layout(signature.charAt(0)), parameters));
    }

    private static MemoryLayout layout(char letter) {
        return switch (letter) {
            case 'L' -> ValueLayout.JAVA_LONG;
            case 'I' -> ValueLayout.JAVA_INT;
            case 'B' -> ValueLayout.JAVA_BYTE;
            default -> throw new IllegalArgumentException("no layout for " + letter);
        };
    }

    /**
     * Throws if a call was refused.
     *
     * @param what what was asked of the driver, to follow "could not"
     * @throws DriverException with a sentence
     */
    void check(int status, String what) {
        if (status != DriverStatus.SUCCESS) {
            throw new DriverException(status, what, name(status));
        }
    }

    private String name(int status) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            int found = (int) errorName.invokeExact(status, out.address());
            return found != DriverStatus.SUCCESS
                    ? "error " + status
                    : MemorySegment.ofAddress(out.get(ValueLayout.JAVA_LONG, 0))
                            .reinterpret(256)
                            .getString(0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** A call that writes one number into the address that it is given. */
    interface Question {
        int into(long out) throws Throwable;
    }

    /** The 8-byte number that a call answers. */
    long ask(String what, Question question) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            check(question.into(out.address()), what);
            return out.get(ValueLayout.JAVA_LONG, 0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** The 4-byte number that a call answers. */
    int askInt(String what, Question question) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
            check(question.into(out.address()), what);
            return out.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /** What to throw when a call has thrown: refusals as they are, anything else as a fault. */
    static RuntimeException failed(Throwable e) {
        return switch (e) {
            case DriverException refusal -> refusal;
            default -> new IllegalStateException("a function of NVIDIA's driver could not be called", e);
        };
    }
}
