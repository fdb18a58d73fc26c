package io.hearth.agent.telemetry.nvidia;

import io.hearth.agent.telemetry.ProgramName;
import io.hearth.agent.telemetry.ReadableCard;
import io.hearth.agent.telemetry.doctor.Findings;
import io.hearth.agent.telemetry.nvidia.Nvml.Call;
import io.hearth.protocol.CardDetail;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.Hardware;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * One card: what it is, and what it does now. What changes slowly or takes long to ask (the throughput of the bus alone takes 40
 * milliseconds) is asked only when told, and repeated in between. Not for several threads.
 */
final class NvmlCard implements ReadableCard {
    static final String VENDOR = "nvidia";

    private static final int CLOCK_SM = 1;
    private static final int CLOCK_MEMORY = 2;
    private static final int FIELD_MEMORY_TEMPERATURE = 82;
    private static final int FIELD_LINK_COUNT = 91;
    private static final int FIELD_LINK_RECEIVE_ERRORS = 208;
    private static final int FIELD_LINK_RECOVERIES = 215;
    private static final int FIELD_RECOVERY_ACTION = 230;
    private static final int MOST_LINKS = 36;
    private static final double KIB = 1024;

    private final Nvml nvml;
    private final NvmlDevice device;
    private final CardInfo info;
    private final String uuid;
    private Slow slow = new Slow(null, null, null, null, null, null, null, null, List.of());

    /** What is not asked every second. */
    private record Slow(
            Double powerLimit,
            CardDetail.Clocks most,
            CardDetail.Ecc ecc,
            CardDetail.Rows rows,
            List<CardDetail.Link> links,
            CardDetail.Pcie pcie,
            CardDetail.Mig mig,
            Boolean persistence,
            List<CardFinding> advice) {}

    /**
     * @param index its number, as NVML counts
     * @throws CardGone if it is lost already
     */
    NvmlCard(Nvml nvml, MemorySegment handle, int index, String driver, Arena arena) throws CardGone {
        this.nvml = nvml;
        this.device = new NvmlDevice(nvml, handle, arena);
        String name = device.name();
        NvmlDevice.Memory memory = device.memory();
        this.uuid = device.uuid();
        this.info = new CardInfo(
                "cuda:" + index,
                VENDOR,
                name == null ? "NVIDIA" : name,
                memory == null ? 0 : memory.total(),
                false,
                driver,
                Hardware.runOn(VENDOR).isPresent(),
                device.pciAddress(),
                null);
    }

    @Override
    public CardInfo info() {
        return info;
    }

    MemorySegment handle() {
        return device.handle();
    }

    @Override
    public CardSample read(boolean all) {
        try {
            if (all) {
                slow = readSlow();
            }
            return readFast();
        } catch (CardGone e) {
            return CardSample.silent(info.id(), Findings.gone(e.status() == NvmlStatus.RESET_REQUIRED));
        }
    }

    private CardSample readFast() throws CardGone {
        int[] utilisation = device.utilisation();
        NvmlDevice.Memory memory = device.memory();
        Integer temperature = device.temperature();
        Long memoryTemperature = device.field(FIELD_MEMORY_TEMPERATURE, 0);
        Integer power = device.number(Call.POWER);
        Integer sm = device.number(Call.CLOCK, CLOCK_SM);
        Long reasons = device.clockReasons();
        CardDetail detail = new CardDetail(
                utilisation == null ? null : utilisation[1] / 100.0,
                memoryTemperature == null ? null : (double) memoryTemperature,
                slow.powerLimit(),
                device.longNumber(Call.ENERGY),
                clocks(sm),
                reasons == null ? null : ClockReasons.codes(reasons),
                slow.ecc(),
                slow.rows(),
                slow.links(),
                slow.pcie(),
                slow.mig(),
                slow.persistence(),
                null,
                uuid);
        return new CardSample(
                info.id(),
                utilisation == null ? null : utilisation[0] / 100.0,
                memory == null ? null : memory.used(),
                memory == null ? null : memory.total(),
                temperature == null ? null : (double) temperature,
                power == null ? null : power / 1000.0,
                sm == null ? null : (double) sm,
                List.of(),
                processes(),
                detail,
                slow.advice());
    }

    private CardDetail.Clocks clocks(Integer sm) throws CardGone {
        CardDetail.Clocks most = slow.most();
        return new CardDetail.Clocks(
                sm,
                most == null ? null : most.smMost(),
                device.number(Call.CLOCK, CLOCK_MEMORY),
                most == null ? null : most.memoryMost());
    }

    private List<CardSample.Process> processes() throws CardGone {
        List<NvmlDevice.Process> found = device.processes();
        return found == null
                ? null
                : found.stream()
                        .map(process -> new CardSample.Process(
                                process.pid(), ProgramName.of(process.pid()), null, process.memoryBytes()))
                        .toList();
    }

    private Slow readSlow() throws CardGone {
        Integer limit = device.number(Call.POWER_LIMIT);
        Integer persistence = device.number(Call.PERSISTENCE);
        return new Slow(
                limit == null ? null : limit / 1000.0,
                new CardDetail.Clocks(
                        null,
                        device.number(Call.CLOCK_MOST, CLOCK_SM),
                        null,
                        device.number(Call.CLOCK_MOST, CLOCK_MEMORY)),
                ecc(),
                rows(),
                links(),
                pcie(),
                mig(),
                persistence == null ? null : persistence != 0,
                Findings.recovery(device.field(FIELD_RECOVERY_ACTION, 0)).stream()
                        .toList());
    }

    private CardDetail.Ecc ecc() throws CardGone {
        CardDetail.Ecc ecc = new CardDetail.Ecc(
                device.longNumber(Call.ECC_ERRORS, 0, 0),
                device.longNumber(Call.ECC_ERRORS, 1, 0),
                device.longNumber(Call.ECC_ERRORS, 0, 1),
                device.longNumber(Call.ECC_ERRORS, 1, 1));
        return ecc.equals(new CardDetail.Ecc(null, null, null, null)) ? null : ecc;
    }

    private CardDetail.Rows rows() throws CardGone {
        Long[] rows = device.rows();
        return rows == null
                ? null
                : new CardDetail.Rows(
                        rows[0], rows[1], rows[2] == null ? null : rows[2] != 0, rows[3] == null ? null : rows[3] != 0);
    }

    private List<CardDetail.Link> links() throws CardGone {
        Long count = device.field(FIELD_LINK_COUNT, 0);
        List<CardDetail.Link> links = new ArrayList<>();
        for (int i = 0; i < (count == null ? MOST_LINKS : Math.min(count, MOST_LINKS)); i++) {
            Integer active = device.number(Call.LINK_STATE, i);
            if (active == null && count == null) {
                break;
            }
            links.add(
                    active == null || active == 0
                            ? new CardDetail.Link(i, toBoolean(active), null, null, null)
                            : link(i));
        }
        return count == null && links.isEmpty() ? null : links;
    }

    private CardDetail.Link link(int index) throws CardGone {
        Long replays = device.longNumber(Call.LINK_ERRORS, index, 0);
        Long recoveries = device.longNumber(Call.LINK_ERRORS, index, 1);
        Long flits = device.longNumber(Call.LINK_ERRORS, index, 2);
        Long data = device.longNumber(Call.LINK_ERRORS, index, 3);
        if (recoveries == null && flits == null && data == null) {
            // Cards from Blackwell on count in other fields.
            recoveries = device.field(FIELD_LINK_RECOVERIES, index);
            data = device.field(FIELD_LINK_RECEIVE_ERRORS, index);
        }
        Long checksums = flits == null ? data : data == null ? flits : Long.valueOf(flits + data);
        return new CardDetail.Link(index, true, replays, recoveries, checksums);
    }

    private CardDetail.Pcie pcie() throws CardGone {
        Integer sent = device.number(Call.PCIE_THROUGHPUT, 0);
        Integer received = device.number(Call.PCIE_THROUGHPUT, 1);
        Integer replays = device.number(Call.PCIE_REPLAYS);
        return new CardDetail.Pcie(
                device.number(Call.PCIE_GENERATION),
                device.number(Call.PCIE_GENERATION_MOST),
                device.number(Call.PCIE_WIDTH),
                device.number(Call.PCIE_WIDTH_MOST),
                received == null ? null : received * KIB,
                sent == null ? null : sent * KIB,
                replays == null ? null : Integer.toUnsignedLong(replays));
    }

    private CardDetail.Mig mig() throws CardGone {
        boolean[] mode = device.mig();
        if (mode == null) {
            return null;
        }
        List<CardDetail.Instance> instances = new ArrayList<>();
        Integer most = mode[0] ? device.number(Call.MIG_COUNT) : null;
        for (int i = 0; most != null && i < most; i++) {
            MemorySegment handle = device.instance(i);
            if (handle != null) {
                instances.add(instance(handle));
            }
        }
        return new CardDetail.Mig(mode[0], mode[1], instances);
    }

    private CardDetail.Instance instance(MemorySegment handle) throws CardGone {
        try (Arena arena = Arena.ofConfined()) {
            NvmlDevice instance = new NvmlDevice(nvml, handle, arena);
            NvmlDevice.Memory memory = instance.memory();
            return new CardDetail.Instance(
                    instance.name(),
                    instance.uuid(),
                    memory == null ? null : memory.used(),
                    memory == null ? null : memory.total());
        }
    }

    private static Boolean toBoolean(Integer value) {
        return value == null ? null : value != 0;
    }
}
