package io.hearth.agent.telemetry.doctor;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardFinding.Action;
import io.hearth.protocol.CardFinding.Level;
import io.hearth.protocol.CardFinding.Origin;
import java.util.Optional;

/** What card and driver say themselves, as findings. */
public final class Findings {
    private Findings() {}

    /**
     * A card that cannot be asked any more.
     *
     * @param reset whether the driver wants it reset first; else it is lost
     */
    public static CardFinding gone(boolean reset) {
        return reset
                ? CardFinding.of("reset-required", Level.FAULT, Origin.CARD, Action.RESET)
                : CardFinding.of("lost", Level.FAULT, Origin.BUS, Action.REBOOT);
    }

    /** A card of which the driver has not told anything for so long. */
    public static CardFinding silent(long seconds) {
        return CardFinding.of("silent", Level.FAULT, Origin.DRIVER, Action.REBOOT, seconds);
    }

    /**
     * What the driver advises ({@code nvmlDeviceGpuRecoveryAction_t}).
     *
     * @param action its number, or null if it gives no advice
     */
    public static Optional<CardFinding> recovery(Long action) {
        if (action == null || action == 0) {
            return Optional.empty();
        }
        return Optional.of(
                switch (action.intValue()) {
                    case 1 -> CardFinding.of("recovery.reset", Level.FAULT, Origin.CARD, Action.RESET);
                    case 2 -> CardFinding.of("recovery.reboot", Level.FAULT, Origin.CARD, Action.REBOOT);
                    case 3 -> CardFinding.of("recovery.drain", Level.WARNING, Origin.BUS, Action.LOOK);
                    case 4 -> CardFinding.of("recovery.drain-reset", Level.FAULT, Origin.CARD, Action.RESET);
                    default -> CardFinding.of("recovery.other", Level.WARNING, Origin.UNKNOWN, Action.LOOK, action);
                });
    }

    /** The worker has not said yet whether it can use a card. */
    public static CardFinding unchecked() {
        return CardFinding.of("unchecked", Level.NOTE, Origin.UNKNOWN, Action.NONE);
    }

    /** The worker says why it cannot use a card. */
    public static CardFinding refused(String sentence) {
        return CardFinding.of("refused", Level.WARNING, Origin.UNKNOWN, Action.LOOK, sentence);
    }

    /** The worker can use a card, but something is amiss with it. */
    public static CardFinding warned(String sentence) {
        return CardFinding.of("warned", Level.WARNING, Origin.DRIVER, Action.LOOK, sentence);
    }

    /** The worker does not list a card. */
    public static CardFinding unlisted() {
        return CardFinding.of("unlisted", Level.WARNING, Origin.UNKNOWN, Action.LOOK);
    }

    /** A card that is cut into instances; the worker would take one of them for the whole. */
    public static CardFinding cutUp() {
        return CardFinding.of("mig", Level.NOTE, Origin.UNKNOWN, Action.LOOK);
    }

    /** The worker could not be asked. */
    public static CardFinding unasked(String sentence) {
        return CardFinding.of("unasked", Level.WARNING, Origin.UNKNOWN, Action.LOOK, sentence);
    }
}
