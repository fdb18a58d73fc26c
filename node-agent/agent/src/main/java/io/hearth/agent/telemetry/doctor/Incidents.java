package io.hearth.agent.telemetry.doctor;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What has happened to cards, the newest {@value #KEPT}. The same again within a minute is the same incident, counted. For several
 * threads.
 */
public final class Incidents {
    static final int KEPT = 200;
    static final long SAME_MILLIS = 60_000;

    /** So long what needs no reset is said of a card after it has happened. */
    static final long FRESH_MILLIS = 600_000;

    private final String start;
    private final List<CardIncident> incidents = new ArrayList<>();
    private final Map<String, Map<String, CardFinding>> standing = new HashMap<>();
    private long number;

    /** @param start when the agent was started, milliseconds since 1970: makes ids unique over restarts */
    public Incidents(long start) {
        this.start = Long.toString(start, Character.MAX_RADIX);
    }

    /** Something has happened. */
    public synchronized void add(String card, CardFinding finding, long now) {
        if (finding.stopsWork()) {
            standing.computeIfAbsent(card, any -> new LinkedHashMap<>()).put(finding.code(), finding);
        }
        for (int i = incidents.size() - 1; i >= 0; i--) {
            CardIncident before = incidents.get(i);
            if (before.card().equals(card) && before.finding().equals(finding) && now - before.last() < SAME_MILLIS) {
                incidents.set(i, new CardIncident(before.id(), card, before.first(), now, before.count() + 1, finding));
                return;
            }
        }
        incidents.add(new CardIncident(start + "-" + ++number, card, now, now, 1, finding));
        if (incidents.size() > KEPT) {
            incidents.removeFirst();
        }
    }

    /** All that are kept, the oldest first. */
    public synchronized List<CardIncident> all() {
        return List.copyOf(incidents);
    }

    /**
     * What is to be said of a card now: faults that a reset has to end, and whatever else has happened within ten minutes. After a
     * reset the agent has been started anew, because a card cannot be reset while somebody looks at it.
     */
    public synchronized List<CardFinding> of(String card, long now) {
        Map<String, CardFinding> found = new LinkedHashMap<>(standing.getOrDefault(card, Map.of()));
        for (CardIncident incident : incidents) {
            if (incident.card().equals(card) && now - incident.last() < FRESH_MILLIS) {
                found.putIfAbsent(incident.finding().code() + incident.finding().arguments(), incident.finding());
            }
        }
        // A standing fault is among the fresh ones under its arguments, too.
        return found.values().stream().distinct().toList();
    }
}
