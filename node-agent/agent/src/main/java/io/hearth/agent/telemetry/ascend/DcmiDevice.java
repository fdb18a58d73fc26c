package io.hearth.agent.telemetry.ascend;

import com.sun.jna.Memory;
import io.hearth.agent.telemetry.ascend.Dcmi.Call;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Single questions to one chip. An answer is null if chip or driver do not give it. Holds the memory through which DCMI answers:
 * not for several threads.
 */
final class DcmiDevice {
    /** Kinds of utilisation. */
    static final int MATRIX_UNITS = 2;

    static final int MEMORY_BANDWIDTH = 5;
    static final int HBM_BANDWIDTH = 10;
    static final int VECTOR_UNITS = 12;
    static final int ALL_UNITS = 13;

    private static final int FREQUENCY_NOW = 7;
    private static final int FREQUENCY_RATED = 9;
    private static final int DDR = 0;
    private static final int HBM = 2;
    private static final int VDIE = 1;
    private static final int CHIP_BYTES = 100;
    private static final int CHIP_V2_BYTES = 132;
    private static final int NAME_BYTES = 32;
    private static final int PROCESS_BYTES = 16;
    private static final int MOST_PROCESSES = 32;
    private static final int MOST_CODES = 128;
    private static final int WORDS_BYTES = 256;
    private static final int SCRATCH_BYTES = 1024;
    private static final int NO_DEVICE = -1;

    /** Temperatures from here on say that the sensor could not be read. */
    private static final int NO_TEMPERATURE = 0x7ffd;

    private static final double TENTHS_OF_WATTS = 10.0;
    private static final long MIB = 1L << 20;

    private final Dcmi dcmi;
    private final Dcmi.Place place;
    private final Memory scratch = new Memory(SCRATCH_BYTES);

    /**
     * A chip's memory.
     *
     * @param total bytes
     * @param used bytes
     * @param megahertz its clock, or null
     * @param celsius its temperature, or null
     * @param busy share of the time in which it was read or written, 0 to 1, or null
     */
    record ChipMemory(long total, long used, Integer megahertz, Double celsius, Double busy) {}

    /** Clocks of the compute units in megahertz: now and rated. */
    record Clocks(int now, int rated) {}

    /** Memory errors: mended and not, both over the chip's life, and pages taken out of use for either. */
    record Ecc(long single, long both, long singleEver, long bothEver, long singlePages, long bothPages) {}

    /** A process on the chip. */
    record Process(long pid, long memoryBytes) {}

    DcmiDevice(Dcmi dcmi, Dcmi.Place place) {
        this.dcmi = dcmi;
        this.place = place;
    }

    /** Its number as programs count chips, from 0. */
    Integer logicId() throws ChipGone {
        scratch.clear();
        return good(dcmi.call(Call.LOGIC_ID, scratch, place.card(), place.device())) ? scratch.getInt(0) : null;
    }

    /** Its name, such as {@code Ascend 910B3}. */
    String name() throws ChipGone {
        scratch.clear();
        boolean told = good(ask(Call.CHIP_V2, scratch)) || good(ask(Call.CHIP, scratch));
        if (!told) {
            return null;
        }
        String type = text(0, NAME_BYTES);
        String name = text(NAME_BYTES, NAME_BYTES);
        if (name.isEmpty()) {
            name = text(CHIP_BYTES, CHIP_V2_BYTES - CHIP_BYTES);
        }
        String whole = name.startsWith(type) ? name : (type + " " + name);
        return whole.isBlank() ? null : whole.strip();
    }

    /** PCI address such as {@code 0000:c1:00.0}, in lower case. */
    String pciAddress() throws ChipGone {
        scratch.clear();
        return good(ask(Call.PCIE, scratch))
                ? String.format(
                        "%04x:%02x:%02x.%x",
                        scratch.getInt(16), scratch.getInt(20), scratch.getInt(24), scratch.getInt(28))
                : null;
    }

    /** What tells the chip from all others in the world. */
    String dieId() throws ChipGone {
        scratch.clear();
        if (!good(ask(Call.DIE, VDIE, scratch))) {
            return null;
        }
        int[] numbers = scratch.getIntArray(0, 5);
        return Arrays.stream(numbers).allMatch(number -> number == 0)
                ? null
                : Arrays.stream(numbers)
                        .mapToObj(number -> String.format("%08X", number))
                        .collect(Collectors.joining("-"));
    }

    /** 0 well, 1 minor, 2 major, 3 critical. */
    Integer health() throws ChipGone {
        Integer health = number(Call.HEALTH);
        if (health != null && health == NO_DEVICE) {
            throw new ChipGone(DcmiStatus.DEVICE_NOT_EXIST);
        }
        return health;
    }

    /** Share of time in which something worked, 0 to 1. */
    Double utilisation(int kind) throws ChipGone {
        scratch.clear();
        int percent = good(ask(Call.UTILISATION, kind, scratch)) ? scratch.getInt(0) : -1;
        return percent < 0 || percent > 100 ? null : percent / 100.0;
    }

    /** Degrees Celsius. */
    Double temperature() throws ChipGone {
        Integer celsius = number(Call.TEMPERATURE);
        return celsius == null || celsius >= NO_TEMPERATURE ? null : (double) celsius;
    }

    /** Watts. The second chip of a card does not tell: the card's power is told by its first. */
    Double power() throws ChipGone {
        Integer tenths = number(Call.POWER);
        return tenths == null || tenths < 0 ? null : tenths / TENTHS_OF_WATTS;
    }

    Clocks clocks() throws ChipGone {
        scratch.clear();
        if (good(ask(Call.AI_CORE, scratch))) {
            return new Clocks(scratch.getInt(4), scratch.getInt(0));
        }
        Integer now = frequency(FREQUENCY_NOW);
        Integer rated = frequency(FREQUENCY_RATED);
        return now == null || rated == null ? null : new Clocks(now, rated);
    }

    private Integer frequency(int type) throws ChipGone {
        scratch.clear();
        return good(ask(Call.FREQUENCY, type, scratch)) ? scratch.getInt(0) : null;
    }

    /** HBM, or on chips without it the memory that they have instead. */
    ChipMemory memory() throws ChipGone {
        scratch.clear();
        if (good(ask(Call.HBM, scratch)) && scratch.getLong(0) > 0) {
            int busy = scratch.getInt(28);
            return new ChipMemory(
                    scratch.getLong(0) * MIB,
                    scratch.getLong(16) * MIB,
                    scratch.getInt(8),
                    (double) scratch.getInt(24),
                    busy < 0 || busy > 100 ? null : busy / 100.0);
        }
        scratch.clear();
        if (!good(ask(Call.MEMORY, scratch))) {
            return null;
        }
        long total = scratch.getLong(0);
        return new ChipMemory(
                total * MIB, Math.max(0, total - scratch.getLong(8)) * MIB, scratch.getInt(16), null, null);
    }

    Ecc ecc() throws ChipGone {
        for (int memory : new int[] {HBM, DDR}) {
            scratch.clear();
            if (good(ask(Call.ECC, memory, scratch))) {
                return scratch.getInt(0) == 0
                        ? null
                        : new Ecc(count(4), count(8), count(12), count(16), count(20), count(24));
            }
        }
        return null;
    }

    /** Codes of what is wrong now; null if the driver does not tell. */
    List<Integer> errorCodes() throws ChipGone {
        scratch.clear();
        if (!good(ask(Call.ERROR_CODES, scratch, scratch.share(Integer.BYTES), MOST_CODES))) {
            return null;
        }
        int count = Math.clamp(scratch.getInt(0), 0, MOST_CODES);
        return Arrays.stream(scratch.getIntArray(Integer.BYTES, count))
                .distinct()
                .boxed()
                .toList();
    }

    /** The driver's own words for a code. */
    String errorWords(int code) throws ChipGone {
        scratch.clear();
        return good(ask(Call.ERROR_WORDS, code, scratch, WORDS_BYTES)) ? text(0, WORDS_BYTES) : null;
    }

    /** Processes that use the chip; null if the driver does not tell. */
    List<Process> processes() throws ChipGone {
        scratch.clear();
        // The list has no length of its own: DCMI writes up to 32 entries.
        if (!good(ask(Call.PROCESSES, scratch.share(Long.BYTES), scratch))) {
            return null;
        }
        int count = Math.clamp(scratch.getInt(0), 0, MOST_PROCESSES);
        List<Process> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long at = Long.BYTES + (long) i * PROCESS_BYTES;
            found.add(new Process(Integer.toUnsignedLong(scratch.getInt(at)), scratch.getLong(at + Long.BYTES)));
        }
        return found;
    }

    private Integer number(Call call) throws ChipGone {
        scratch.clear();
        return good(ask(call, scratch)) ? scratch.getInt(0) : null;
    }

    private long count(long at) {
        return Integer.toUnsignedLong(scratch.getInt(at));
    }

    private int ask(Call call, Object... arguments) {
        Object[] all = new Object[arguments.length + 2];
        all[0] = place.card();
        all[1] = place.device();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return dcmi.call(call, all);
    }

    private String text(int at, int bytes) {
        byte[] found = scratch.getByteArray(at, bytes);
        int length = 0;
        while (length < bytes && found[length] != 0) {
            length++;
        }
        return new String(found, 0, length, StandardCharsets.UTF_8).strip();
    }

    private static boolean good(int status) throws ChipGone {
        if (DcmiStatus.gone(status)) {
            throw new ChipGone(status);
        }
        return status == DcmiStatus.OK;
    }
}
