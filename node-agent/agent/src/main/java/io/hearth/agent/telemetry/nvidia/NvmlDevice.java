package io.hearth.agent.telemetry.nvidia;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.hearth.agent.telemetry.nvidia.Nvml.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Single questions to one card (or one instance of a card). An answer is null if card or driver do not give it. Holds the memory
 * through which NVML answers: not for several threads.
 */
final class NvmlDevice {
    private static final int MEMORY_V2 = 2 << 24 | 40;
    private static final int TEMPERATURE_V1 = 1 << 24 | 12;
    private static final int FIELD_BYTES = 40;
    private static final int PROCESS_BYTES = 24;
    private static final int PROCESS_V1_BYTES = 16;
    private static final int PCI_BYTES = 68;
    private static final int PCI_BUS_ID = 36;
    private static final long NOT_AVAILABLE = -1;

    private final Nvml nvml;
    private final MemorySegment handle;
    private final Arena arena;
    private final MemorySegment scratch;
    private MemorySegment processes;

    /** Memory of a card in bytes: all of it, and what is in use without what the driver keeps for itself. */
    record Memory(long total, long used) {}

    /** A process on a card; its memory may be null. */
    record Process(long pid, Long memoryBytes) {}

    NvmlDevice(Nvml nvml, MemorySegment handle, Arena arena) {
        this.nvml = nvml;
        this.handle = handle;
        this.arena = arena;
        this.scratch = arena.allocate(256, 8);
        this.processes = arena.allocate(64L * PROCESS_BYTES, 8);
    }

    MemorySegment handle() {
        return handle;
    }

    /** An unsigned number of 32 bits; {@code between} are the arguments between card and answer. */
    Integer number(Call call, int... between) throws CardGone {
        return ask(call, between) ? scratch.get(JAVA_INT, 0) : null;
    }

    /** A number of 64 bits. */
    Long longNumber(Call call, int... between) throws CardGone {
        if (!ask(call, between)) {
            return null;
        }
        long value = scratch.get(JAVA_LONG, 0);
        return value == NOT_AVAILABLE ? null : value;
    }

    String name() throws CardGone {
        return text(Call.NAME);
    }

    String uuid() throws CardGone {
        return text(Call.UUID);
    }

    /** PCI address such as {@code 00000000:3B:00.0}, in lower case and with four digits of the domain where that is enough. */
    String pciAddress() throws CardGone {
        MemorySegment pci = scratch.asSlice(0, PCI_BYTES);
        if (!good(nvml.call(Call.PCI, handle, pci))) {
            return null;
        }
        String address = pci.getString(PCI_BUS_ID, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
        return address.startsWith("0000") && address.indexOf(':') == 8 ? address.substring(4) : address;
    }

    Memory memory() throws CardGone {
        scratch.asSlice(0, 40).fill((byte) 0);
        scratch.set(JAVA_INT, 0, MEMORY_V2);
        if (good(nvml.call(Call.MEMORY_V2, handle, scratch))) {
            return new Memory(scratch.get(JAVA_LONG, 8), scratch.get(JAVA_LONG, 32));
        }
        return good(nvml.call(Call.MEMORY, handle, scratch))
                ? new Memory(scratch.get(JAVA_LONG, 0), scratch.get(JAVA_LONG, 16))
                : null;
    }

    /** Shares of the last sampling period in per cent: of the multiprocessors, of the memory. */
    int[] utilisation() throws CardGone {
        return good(nvml.call(Call.UTILISATION, handle, scratch))
                ? new int[] {scratch.get(JAVA_INT, 0), scratch.get(JAVA_INT, 4)}
                : null;
    }

    /** Temperature of the chip in degrees Celsius. */
    Integer temperature() throws CardGone {
        scratch.set(JAVA_INT, 0, TEMPERATURE_V1);
        scratch.set(JAVA_INT, 4, 0);
        scratch.set(JAVA_INT, 8, 0);
        if (good(nvml.call(Call.TEMPERATURE_V, handle, scratch))) {
            return scratch.get(JAVA_INT, 8);
        }
        return number(Call.TEMPERATURE, 0);
    }

    /** Bits of reasons for which clocks are not at their maximum. */
    Long clockReasons() throws CardGone {
        Long reasons = longNumber(Call.CLOCK_REASONS);
        return reasons != null ? reasons : longNumber(Call.CLOCK_REASONS_OLD);
    }

    /**
     * Numbers of rows replaced because of mendable and of other errors, whether some are pending, whether one failed; for cards
     * that retire pages instead, the same of pages, of which none can fail (the last is null).
     */
    Long[] rows() throws CardGone {
        if (good(nvml.call(
                Call.REMAPPED_ROWS, handle, scratch, scratch.asSlice(4), scratch.asSlice(8), scratch.asSlice(12)))) {
            return new Long[] {
                (long) scratch.get(JAVA_INT, 0),
                (long) scratch.get(JAVA_INT, 4),
                (long) scratch.get(JAVA_INT, 8),
                (long) scratch.get(JAVA_INT, 12)
            };
        }
        Long correctable = retiredPages(0);
        Long uncorrectable = retiredPages(1);
        Integer waiting = number(Call.RETIRED_PENDING);
        return correctable == null && uncorrectable == null && waiting == null
                ? null
                : new Long[] {correctable, uncorrectable, waiting == null ? null : (long) waiting, null};
    }

    private Long retiredPages(int cause) throws CardGone {
        scratch.set(JAVA_INT, 0, 0);
        int status = nvml.call(Call.RETIRED_PAGES, handle, cause, scratch, MemorySegment.NULL);
        return good(status) || status == NvmlStatus.INSUFFICIENT_SIZE ? (long) scratch.get(JAVA_INT, 0) : null;
    }

    /**
     * A value by its field id; null if there is none.
     *
     * @param scope the link, for fields of links
     */
    Long field(int id, int scope) throws CardGone {
        MemorySegment field = scratch.asSlice(0, FIELD_BYTES);
        field.fill((byte) 0);
        field.set(JAVA_INT, 0, id);
        field.set(JAVA_INT, 4, scope);
        if (!good(nvml.call(Call.FIELDS, handle, 1, field)) || !good(field.get(JAVA_INT, 28))) {
            return null;
        }
        return switch (field.get(JAVA_INT, 24)) {
            case 0 -> Math.round(field.get(JAVA_DOUBLE, 32));
            case 1 -> Integer.toUnsignedLong(field.get(JAVA_INT, 32));
            case 5 -> (long) field.get(JAVA_INT, 32);
            case 6 -> (long) Short.toUnsignedInt(field.get(JAVA_SHORT, 32));
            default -> field.get(JAVA_LONG, 32);
        };
    }

    /** Processes that compute on the card; null if the driver does not tell. */
    List<Process> processes() throws CardGone {
        for (Call call : List.of(Call.PROCESSES_V3, Call.PROCESSES_V2, Call.PROCESSES_V1)) {
            if (nvml.has(call)) {
                return processes(call, call == Call.PROCESSES_V1 ? PROCESS_V1_BYTES : PROCESS_BYTES);
            }
        }
        return null;
    }

    private List<Process> processes(Call call, int bytes) throws CardGone {
        for (int attempt = 0; attempt < 3; attempt++) {
            scratch.set(JAVA_INT, 0, (int) (processes.byteSize() / bytes));
            int status = nvml.call(call, handle, scratch, processes);
            int count = scratch.get(JAVA_INT, 0);
            if (status == NvmlStatus.INSUFFICIENT_SIZE) {
                processes = arena.allocate((count + 32L) * PROCESS_BYTES, 8);
                continue;
            }
            if (!good(status)) {
                return null;
            }
            List<Process> found = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long memory = processes.get(JAVA_LONG, (long) i * bytes + 8);
                found.add(new Process(
                        Integer.toUnsignedLong(processes.get(JAVA_INT, (long) i * bytes)),
                        memory == NOT_AVAILABLE ? null : memory));
            }
            return found;
        }
        return null;
    }

    /** Whether the card is cut into instances: now, and after the next reset. Null if it cannot be. */
    boolean[] mig() throws CardGone {
        return good(nvml.call(Call.MIG_MODE, handle, scratch, scratch.asSlice(4)))
                ? new boolean[] {scratch.get(JAVA_INT, 0) != 0, scratch.get(JAVA_INT, 4) != 0}
                : null;
    }

    /** Handle of one of its instances; null if there is none of this number. */
    MemorySegment instance(int index) throws CardGone {
        return good(nvml.call(Call.MIG_HANDLE, handle, index, scratch)) ? scratch.get(ADDRESS, 0) : null;
    }

    private boolean ask(Call call, int... between) throws CardGone {
        Object[] arguments = new Object[between.length + 2];
        arguments[0] = handle;
        for (int i = 0; i < between.length; i++) {
            arguments[i + 1] = between[i];
        }
        arguments[between.length + 1] = scratch;
        return good(nvml.call(call, arguments));
    }

    private String text(Call call) throws CardGone {
        MemorySegment text = scratch.asSlice(0, 96);
        text.fill((byte) 0);
        return good(nvml.call(call, handle, text, 96)) ? text.getString(0) : null;
    }

    private static boolean good(int status) throws CardGone {
        if (status == NvmlStatus.GPU_IS_LOST || status == NvmlStatus.RESET_REQUIRED) {
            throw new CardGone(status);
        }
        return status == NvmlStatus.SUCCESS;
    }
}
