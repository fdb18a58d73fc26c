package io.hearth.agent.telemetry.ascend;

import io.hearth.agent.telemetry.doctor.NpuCatalogue;
import io.hearth.protocol.CardFinding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What is wrong with one chip now, by the codes that it lists and by its health; what begins is told once. Faults that the driver
 * has told as an event are not told again when the chip lists them. Not for several threads, but for {@link #heard}.
 */
final class ChipFaults {
    private static final int MOST_FINDINGS = 40;

    /** So long a code that was told as an event is expected in the list. */
    private static final long EVENT_MILLIS = 60_000;

    private final Consumer<CardFinding> begun;
    /** What the driver says of codes that are not in the catalogue; empty: nothing. */
    private final Map<Integer, String> words = new ConcurrentHashMap<>();

    private final Map<Integer, Long> events = new HashMap<>();
    private Set<Integer> before = Set.of();
    private boolean gone;

    /** Asks the driver for its own words. */
    interface Words {
        String of(int code) throws ChipGone;
    }

    /** @param begun is told of each fault when it begins */
    ChipFaults(Consumer<CardFinding> begun) {
        this.begun = begun;
    }

    /** The driver has told of a code by itself. Any thread may say so. */
    void heard(int code, String said, long now) {
        synchronized (events) {
            events.put(code, now);
        }
        words.putIfAbsent(code, said == null ? "" : said);
        begun.accept(NpuCatalogue.of(code, words.get(code)));
    }

    /**
     * Findings of a chip that answers.
     *
     * @param codes that it lists; null if it does not tell
     * @param health its health; null if it does not tell
     */
    List<CardFinding> of(List<Integer> codes, Integer health, Words driver, long now) throws ChipGone {
        gone = false;
        List<CardFinding> found = new ArrayList<>();
        for (int code : codes == null ? List.<Integer>of() : codes) {
            if (!NpuCatalogue.knows(code) && !words.containsKey(code)) {
                String said = driver.of(code);
                words.putIfAbsent(code, said == null ? "" : said);
            }
            CardFinding finding = NpuCatalogue.of(code, words.get(code));
            if (found.size() < MOST_FINDINGS) {
                found.add(finding);
            }
            if (!before.contains(code) && !wasHeard(code, now)) {
                begun.accept(finding);
            }
        }
        before = codes == null ? Set.of() : new HashSet<>(codes);
        if (health != null) {
            NpuCatalogue.health(health)
                    .filter(said ->
                            found.stream().noneMatch(finding -> finding.level().compareTo(said.level()) >= 0))
                    .ifPresent(found::add);
        }
        return found;
    }

    /** The chip does not answer any more. */
    void gone(CardFinding finding) {
        if (!gone) {
            gone = true;
            begun.accept(finding);
        }
    }

    private boolean wasHeard(int code, long now) {
        synchronized (events) {
            events.values().removeIf(at -> now - at > EVENT_MILLIS);
            return events.containsKey(code);
        }
    }
}
