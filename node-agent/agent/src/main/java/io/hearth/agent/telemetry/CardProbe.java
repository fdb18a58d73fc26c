package io.hearth.agent.telemetry;

import io.hearth.protocol.CardIncident;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import java.util.List;

/**
 * Knows one kind of cards. Probes are found by {@link java.util.ServiceLoader}; one that finds no card of its kind says so by an
 * empty list and costs nothing.
 */
public interface CardProbe extends AutoCloseable {
    /** The cards that are there, in the order in which the worker numbers them. Any thread may ask. */
    List<CardInfo> cards();

    /**
     * The cards now. Called once a second, so it must not take longer than a few milliseconds, and never throws for a card that is
     * lost: such a card is left out or says so in its findings. Of a process, pid, name and memory; which worker it is, is filled
     * in elsewhere. Findings are what card and driver say themselves; null for a card that needs no doctor.
     */
    List<CardSample> sample();

    /** What has happened to the cards since the start, the oldest first; a bounded number. */
    default List<CardIncident> incidents() {
        return List.of();
    }

    /** Ends what it has begun. */
    @Override
    default void close() {}
}
