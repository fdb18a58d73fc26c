package io.hearth.device.cuda;

import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.DeviceInfo;
import io.hearth.device.DeviceProvider;
import io.hearth.device.cuda.driver.Context;
import io.hearth.device.cuda.driver.Driver;
import java.util.ArrayList;
import java.util.List;

/**
 * Offers NVIDIA's cards. Everything is asked of the driver alone; classes of the presets are touched when a card is opened
 * and not before.
 */
public final class CudaDeviceProvider implements DeviceProvider {
    @Override
    public String kind() {
        return "cuda";
    }

    @Override
    public Discovery discover() {
        List<DeviceInfo> cards = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        try {
            Machine machine = Machine.find();
            for (int index = 0; index < machine.driver().cards(); index++) {
                try {
                    cards.add(look(machine, index));
                } catch (RuntimeException e) {
                    refusals.add(sentence(e));
                }
            }
        } catch (RuntimeException e) {
            refusals.add(sentence(e));
        }
        return new Discovery(cards, refusals);
    }

    private static String sentence(RuntimeException e) {
        return e instanceof DeviceException ? e.getMessage() : "NVIDIA cards cannot be looked for: " + e;
    }

    /** Takes a card for a moment: only so it says whether it is busy and how much of its memory is free. */
    private static DeviceInfo look(Machine machine, int index) {
        Driver.Card card = machine.usable(index);
        try (Context context = machine.take(card)) {
            return CardText.info(card, machine.describe(card), context.freeBytes());
        }
    }

    @Override
    public Device open(int index) {
        Machine machine = Machine.find();
        int cards = machine.driver().cards();
        if (index < 0 || index >= cards) {
            throw new DeviceException("There is no device \"cuda:" + index + "\": this machine has "
                    + (cards == 1 ? "one NVIDIA card, cuda:0." : cards + " NVIDIA cards, numbered from cuda:0."));
        }
        return CudaDevice.open(machine, machine.usable(index));
    }
}
