package io.hearth.device.ascend;

import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.DeviceInfo;
import io.hearth.device.DeviceProvider;
import io.hearth.device.ascend.aclnn.Soc;
import io.hearth.device.ascend.cann.Cann;
import io.hearth.device.ascend.cann.SymbolReport;
import io.hearth.device.ascend.card.Card;
import java.util.ArrayList;
import java.util.List;

/** Offers Ascend cards. On a machine without CANN nothing is loaded, and no class of JNA is touched. */
public final class AscendDeviceProvider implements DeviceProvider {
    @Override
    public String kind() {
        return "ascend";
    }

    @Override
    public Discovery discover() {
        List<DeviceInfo> cards = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        List<Warning> warnings = new ArrayList<>();
        try {
            Machine machine = Machine.find();
            Soc soc = machine.soc();
            for (int index = 0; index < machine.cards(); index++) {
                try {
                    cards.add(look(machine, soc, index));
                } catch (RuntimeException e) {
                    refusals.add(sentence(e));
                }
            }
            machine.cann().versions().mismatches().forEach(said -> warnings.add(new Warning(kind(), said)));
        } catch (RuntimeException | LinkageError e) {
            refusals.add(sentence(e));
        }
        return new Discovery(cards, refusals, warnings);
    }

    private static String sentence(Throwable e) {
        return e instanceof DeviceException ? e.getMessage() : "Ascend cards cannot be looked for: " + e;
    }

    /** Takes a card for a moment: only so it says how much of its memory is free. */
    private static DeviceInfo look(Machine machine, Soc soc, int index) {
        try (Card card = machine.take(index)) {
            return machine.info(card, AscendDevice.describe(machine, soc));
        }
    }

    @Override
    public List<String> report() {
        return SymbolReport.of(Cann.ofThisMachine());
    }

    @Override
    public Device open(int index) {
        Machine machine = Machine.find();
        int cards = machine.cards();
        if (index < 0 || index >= cards) {
            throw new DeviceException("There is no device \"ascend:" + index + "\": this machine has "
                    + (cards == 1 ? "one Ascend card, ascend:0." : cards + " Ascend cards, numbered from ascend:0."));
        }
        return AscendDevice.open(machine, machine.soc(), index);
    }
}
