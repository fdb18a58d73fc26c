package io.hearth.agent.telemetry.nvidia;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;

/**
 * NVIDIA's management library through FFM. Every function returns {@code nvmlReturn_t}; one that the installed driver does not
 * have yet, or not any more, answers {@link NvmlStatus#FUNCTION_NOT_FOUND}. NVML may be called from several threads.
 *
 * <p>Source of names, signatures and numbers: NVML API Reference Guide (docs.nvidia.com/deploy/nvml-api).
 */
final class Nvml {
    /** The functions that are used, with their parameters. */
    enum Call {
        INIT("nvmlInit_v2"),
        SHUTDOWN("nvmlShutdown"),
        DRIVER_VERSION("nvmlSystemGetDriverVersion", ADDRESS, JAVA_INT),
        COUNT("nvmlDeviceGetCount_v2", ADDRESS),
        HANDLE("nvmlDeviceGetHandleByIndex_v2", JAVA_INT, ADDRESS),
        NAME("nvmlDeviceGetName", ADDRESS, ADDRESS, JAVA_INT),
        UUID("nvmlDeviceGetUUID", ADDRESS, ADDRESS, JAVA_INT),
        PCI("nvmlDeviceGetPciInfo_v3", ADDRESS, ADDRESS),
        MEMORY_V2("nvmlDeviceGetMemoryInfo_v2", ADDRESS, ADDRESS),
        MEMORY("nvmlDeviceGetMemoryInfo", ADDRESS, ADDRESS),
        UTILISATION("nvmlDeviceGetUtilizationRates", ADDRESS, ADDRESS),
        TEMPERATURE_V("nvmlDeviceGetTemperatureV", ADDRESS, ADDRESS),
        TEMPERATURE("nvmlDeviceGetTemperature", ADDRESS, JAVA_INT, ADDRESS),
        POWER("nvmlDeviceGetPowerUsage", ADDRESS, ADDRESS),
        POWER_LIMIT("nvmlDeviceGetEnforcedPowerLimit", ADDRESS, ADDRESS),
        ENERGY("nvmlDeviceGetTotalEnergyConsumption", ADDRESS, ADDRESS),
        CLOCK("nvmlDeviceGetClockInfo", ADDRESS, JAVA_INT, ADDRESS),
        CLOCK_MOST("nvmlDeviceGetMaxClockInfo", ADDRESS, JAVA_INT, ADDRESS),
        CLOCK_REASONS("nvmlDeviceGetCurrentClocksEventReasons", ADDRESS, ADDRESS),
        CLOCK_REASONS_OLD("nvmlDeviceGetCurrentClocksThrottleReasons", ADDRESS, ADDRESS),
        ECC_ERRORS("nvmlDeviceGetTotalEccErrors", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS),
        REMAPPED_ROWS("nvmlDeviceGetRemappedRows", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
        RETIRED_PAGES("nvmlDeviceGetRetiredPages", ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
        RETIRED_PENDING("nvmlDeviceGetRetiredPagesPendingStatus", ADDRESS, ADDRESS),
        LINK_STATE("nvmlDeviceGetNvLinkState", ADDRESS, JAVA_INT, ADDRESS),
        LINK_ERRORS("nvmlDeviceGetNvLinkErrorCounter", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS),
        PCIE_GENERATION("nvmlDeviceGetCurrPcieLinkGeneration", ADDRESS, ADDRESS),
        PCIE_GENERATION_MOST("nvmlDeviceGetMaxPcieLinkGeneration", ADDRESS, ADDRESS),
        PCIE_WIDTH("nvmlDeviceGetCurrPcieLinkWidth", ADDRESS, ADDRESS),
        PCIE_WIDTH_MOST("nvmlDeviceGetMaxPcieLinkWidth", ADDRESS, ADDRESS),
        PCIE_THROUGHPUT("nvmlDeviceGetPcieThroughput", ADDRESS, JAVA_INT, ADDRESS),
        PCIE_REPLAYS("nvmlDeviceGetPcieReplayCounter", ADDRESS, ADDRESS),
        PROCESSES_V3("nvmlDeviceGetComputeRunningProcesses_v3", ADDRESS, ADDRESS, ADDRESS),
        PROCESSES_V2("nvmlDeviceGetComputeRunningProcesses_v2", ADDRESS, ADDRESS, ADDRESS),
        PROCESSES_V1("nvmlDeviceGetComputeRunningProcesses", ADDRESS, ADDRESS, ADDRESS),
        MIG_MODE("nvmlDeviceGetMigMode", ADDRESS, ADDRESS, ADDRESS),
        MIG_COUNT("nvmlDeviceGetMaxMigDeviceCount", ADDRESS, ADDRESS),
        MIG_HANDLE("nvmlDeviceGetMigDeviceHandleByIndex", ADDRESS, JAVA_INT, ADDRESS),
        PERSISTENCE("nvmlDeviceGetPersistenceMode", ADDRESS, ADDRESS),
        FIELDS("nvmlDeviceGetFieldValues", ADDRESS, JAVA_INT, ADDRESS),
        EVENT_TYPES("nvmlDeviceGetSupportedEventTypes", ADDRESS, ADDRESS),
        EVENT_SET("nvmlEventSetCreate", ADDRESS),
        EVENT_REGISTER("nvmlDeviceRegisterEvents", ADDRESS, JAVA_LONG, ADDRESS),
        EVENT_WAIT("nvmlEventSetWait_v2", ADDRESS, ADDRESS, JAVA_INT),
        EVENT_FREE("nvmlEventSetFree", ADDRESS);

        private final String symbol;
        private final FunctionDescriptor type;

        Call(String symbol, MemoryLayout... parameters) {
            this.symbol = symbol;
            this.type = FunctionDescriptor.of(JAVA_INT, parameters);
        }
    }

    private final Map<Call, MethodHandle> handles = new EnumMap<>(Call.class);

    Nvml(SymbolLookup library) {
        Linker linker = Linker.nativeLinker();
        for (Call call : Call.values()) {
            library.find(call.symbol)
                    .ifPresent(address -> handles.put(
                            call,
                            linker.downcallHandle(address, call.type)
                                    .asSpreader(
                                            Object[].class,
                                            call.type.argumentLayouts().size())));
        }
    }

    /** Whether the installed driver has a function. */
    boolean has(Call call) {
        return handles.containsKey(call);
    }

    /**
     * Calls a function.
     *
     * @param arguments of the types that {@link Call} names
     * @return {@code nvmlReturn_t}
     */
    int call(Call call, Object... arguments) {
        MethodHandle handle = handles.get(call);
        if (handle == null) {
            return NvmlStatus.FUNCTION_NOT_FOUND;
        }
        try {
            return (int) handle.invoke(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(call.symbol, e);
        }
    }

    /** Version of the driver, or null. */
    String driverVersion() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(80);
            return call(Call.DRIVER_VERSION, text, 80) == NvmlStatus.SUCCESS ? text.getString(0) : null;
        }
    }
}
