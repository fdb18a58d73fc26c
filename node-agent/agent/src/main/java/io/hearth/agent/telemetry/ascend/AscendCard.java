package io.hearth.agent.telemetry.ascend;

import io.hearth.agent.telemetry.ProgramName;
import io.hearth.agent.telemetry.ReadableCard;
import io.hearth.agent.telemetry.doctor.Findings;
import io.hearth.protocol.CardDetail;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.Hardware;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;

/** One chip: what it is, and what it does now. Memory errors are asked only when told, and repeated in between. */
final class AscendCard implements ReadableCard {
    static final String VENDOR = "ascend";
    static final String KIND = "ascend:";

    /** Below this share of its rated clock a chip is slow; clocks are told in steps. */
    private static final double FULL_CLOCK = 0.97;

    private static final double AT_REST = 0.05;

    private final DcmiDevice device;
    private final CardInfo info;
    private final int logicId;
    private final String dieId;
    private final ChipFaults faults;
    private final Clock clock;
    private CardDetail.Ecc ecc;
    private CardDetail.Rows rows;

    /**
     * @param index its number if the driver does not say which it has
     * @param visible how programs number chips
     * @param begun is told of each fault when it begins
     * @throws ChipGone if it does not answer already
     */
    AscendCard(
            Dcmi dcmi,
            Dcmi.Place place,
            int index,
            String driver,
            VisibleChips visible,
            Clock clock,
            Consumer<CardFinding> begun)
            throws ChipGone {
        this.device = new DcmiDevice(dcmi, place);
        this.clock = clock;
        this.faults = new ChipFaults(begun);
        Integer logic = device.logicId();
        this.logicId = logic == null ? index : logic;
        String name = device.name();
        DcmiDevice.ChipMemory memory = device.memory();
        this.dieId = device.dieId();
        this.info = new CardInfo(
                KIND + visible.number(logicId),
                VENDOR,
                name == null ? "Ascend" : name,
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

    /** Its number as the driver counts. */
    int logicId() {
        return logicId;
    }

    /** The driver has told of a fault by itself. Any thread may say so. */
    void heard(int code, String words) {
        faults.heard(code, words, clock.millis());
    }

    @Override
    public CardSample read(boolean all) {
        try {
            if (all) {
                readErrors();
            }
            return readNow();
        } catch (ChipGone e) {
            CardFinding lost = Findings.gone(false);
            faults.gone(lost);
            return CardSample.silent(info.id(), lost);
        }
    }

    private void readErrors() throws ChipGone {
        DcmiDevice.Ecc told = device.ecc();
        ecc = told == null ? null : new CardDetail.Ecc(told.single(), told.both(), told.singleEver(), told.bothEver());
        rows = told == null ? null : new CardDetail.Rows(told.singlePages(), told.bothPages(), null, null);
    }

    private CardSample readNow() throws ChipGone {
        Double matrix = device.utilisation(DcmiDevice.MATRIX_UNITS);
        Double vector = device.utilisation(DcmiDevice.VECTOR_UNITS);
        Double whole = device.utilisation(DcmiDevice.ALL_UNITS);
        Double utilisation = whole != null ? whole : matrix;
        DcmiDevice.ChipMemory memory = device.memory();
        DcmiDevice.Clocks clocks = device.clocks();
        CardDetail detail = new CardDetail(
                traffic(memory),
                memory == null ? null : memory.celsius(),
                null,
                null,
                clocks == null && memory == null
                        ? null
                        : new CardDetail.Clocks(
                                clocks == null ? null : clocks.now(),
                                clocks == null ? null : clocks.rated(),
                                memory == null ? null : memory.megahertz(),
                                null),
                clocks == null ? null : throttle(clocks, utilisation),
                ecc,
                rows,
                null,
                null,
                null,
                null,
                matrix == null && vector == null ? null : new CardDetail.Units(matrix, vector),
                dieId);
        return new CardSample(
                info.id(),
                utilisation,
                memory == null ? null : memory.used(),
                memory == null ? null : memory.total(),
                device.temperature(),
                device.power(),
                clocks == null ? null : (double) clocks.now(),
                List.of(),
                processes(),
                detail,
                faults.of(device.errorCodes(), device.health(), device::errorWords, clock.millis()));
    }

    private Double traffic(DcmiDevice.ChipMemory memory) throws ChipGone {
        if (memory != null && memory.busy() != null) {
            return memory.busy();
        }
        Double hbm = device.utilisation(DcmiDevice.HBM_BANDWIDTH);
        return hbm != null ? hbm : device.utilisation(DcmiDevice.MEMORY_BANDWIDTH);
    }

    /** DCMI does not say why a clock is low; that it is, and whether the chip rests, can be seen. */
    private static List<String> throttle(DcmiDevice.Clocks clocks, Double utilisation) {
        if (clocks.now() >= FULL_CLOCK * clocks.rated()) {
            return List.of();
        }
        return utilisation == null || utilisation <= AT_REST ? List.of("idle") : List.of("below-rated");
    }

    private List<CardSample.Process> processes() throws ChipGone {
        List<DcmiDevice.Process> found = device.processes();
        return found == null
                ? null
                : found.stream()
                        .map(process -> new CardSample.Process(
                                process.pid(), ProgramName.of(process.pid()), null, process.memoryBytes()))
                        .toList();
    }
}
