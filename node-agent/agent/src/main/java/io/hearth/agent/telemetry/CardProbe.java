package io.hearth.agent.telemetry;

import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import java.util.List;

/**
 * Knows one kind of cards. Probes are found by {@link java.util.ServiceLoader}; one that finds no card of its kind says so by an
 * empty list and costs nothing.
 */
public interface CardProbe {
    /** The cards that are there, in the order in which the worker numbers them. */
    List<CardInfo> cards();

    /**
     * The cards now. Called once a second, so it must not take longer than a few milliseconds, and never throws for a card that is
     * lost: such a card is left out or says so in its errors. Of a process, pid, name and memory; which worker it is, is filled in
     * elsewhere.
     */
    List<CardSample> sample();
}
