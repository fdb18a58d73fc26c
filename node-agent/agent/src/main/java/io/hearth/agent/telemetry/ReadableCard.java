package io.hearth.agent.telemetry;

import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;

/** A card that can be asked what it does. Not for several threads. */
public interface ReadableCard {
    /** What it is. */
    CardInfo info();

    /**
     * Reads it; a card that is lost says so in its findings.
     *
     * @param all also what is asked less often
     */
    CardSample read(boolean all);
}
