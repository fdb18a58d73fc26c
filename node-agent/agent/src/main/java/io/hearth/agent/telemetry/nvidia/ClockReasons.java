package io.hearth.agent.telemetry.nvidia;

import java.util.ArrayList;
import java.util.List;

/** Why a card's clocks are not at their maximum: the bits of {@code nvmlClocksEventReasons} as codes. */
final class ClockReasons {
    private static final String[] CODES = {
        "idle",
        "set-clocks",
        "power-limit",
        "hardware-slowdown",
        "sync-boost",
        "heat-software",
        "heat-hardware",
        "power-brake",
        "display"
    };

    private ClockReasons() {}

    /** The codes of all bits that are set; a bit without a name is {@code other-BIT}. */
    static List<String> codes(long reasons) {
        List<String> codes = new ArrayList<>();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((reasons >>> bit & 1) != 0) {
                codes.add(bit < CODES.length ? CODES[bit] : "other-" + bit);
            }
        }
        return codes;
    }
}
