package io.hearth.agent.telemetry.doctor;

import io.hearth.protocol.CardDetail;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardFinding.Action;
import io.hearth.protocol.CardFinding.Level;
import io.hearth.protocol.CardFinding.Origin;
import io.hearth.protocol.CardSample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Looks at what cards measure, second by second, and says what is wrong or worth knowing. Thresholds are ours: they are chosen so
 * that a card that works as its maker intends is called healthy. Not for several threads.
 */
public final class CardDoctor {
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60_000;
    private static final long FOREIGN_BYTES = 512L << 20;
    private static final long REPLAYS_PER_MINUTE = 100;
    private static final double BUSY = 0.95;
    private static final double WORKING = 0.5;
    private static final double RESTING_POWER = 0.2;
    private static final double MEMORY_AT_REST = 0.01;

    /** Of a card whose driver gives no reasons, a low clock is put down to heat from here on. */
    private static final double HOT_DEGREES = 85;

    private final Map<String, State> states = new HashMap<>();

    /** What has to be remembered of a card. */
    private static final class State {
        final Spell hot = new Spell(10 * SECOND, 15 * SECOND);
        final Spell brake = new Spell(5 * SECOND, 15 * SECOND);
        final Spell slowed = new Spell(5 * SECOND, 15 * SECOND);
        final Spell belowRated = new Spell(10 * SECOND, 15 * SECOND);
        final Spell powerLimited = new Spell(30 * SECOND, 15 * SECOND);
        final Spell narrow = new Spell(10 * SECOND, 30 * SECOND);
        final Spell oldGeneration = new Spell(30 * SECOND, 15 * SECOND);
        final Spell stuck = new Spell(2 * MINUTE, 5 * SECOND);
        final Spell foreign = new Spell(30 * SECOND, 5 * SECOND);
        final Growth replays = new Growth(MINUTE);
        final Map<Integer, Growth> recoveries = new HashMap<>();
        final Set<Integer> linksSeen = new TreeSet<>();
    }

    /**
     * The findings of a sample together with what follows from it, the worst first.
     *
     * @param sample with {@link CardSample#findings} as far as the card says itself
     * @param now milliseconds since 1970
     */
    public List<CardFinding> examine(CardSample sample, long now) {
        List<CardFinding> found = new ArrayList<>(sample.findings());
        if (sample.detail() != null) {
            State state = states.computeIfAbsent(sample.card(), card -> new State());
            throttling(sample, state, now, found);
            memory(sample.detail(), found);
            bus(sample, state, now, found);
            links(sample.detail(), state, now, found);
            use(sample, state, now, found);
        }
        found.sort(Comparator.comparing(CardFinding::level).reversed().thenComparing(CardDoctor::past));
        return found;
    }

    /** What has happened comes after what is. */
    private static boolean past(CardFinding finding) {
        return finding.code().startsWith("xid.");
    }

    private static void throttling(CardSample sample, State state, long now, List<CardFinding> found) {
        List<String> reasons = sample.detail().throttle();
        if (reasons == null) {
            return;
        }
        CardDetail.Clocks clocks = sample.detail().clocks();
        boolean low = reasons.contains("below-rated");
        boolean lowByHeat = low && sample.temperatureCelsius() != null && sample.temperatureCelsius() >= HOT_DEGREES;
        boolean heat = reasons.contains("heat-software") || reasons.contains("heat-hardware") || lowByHeat;
        boolean brake = reasons.contains("power-brake");
        if (state.hot.holds(heat, now)) {
            found.add(CardFinding.of(
                    "hot",
                    Level.WARNING,
                    Origin.SURROUNDINGS,
                    Action.COOL,
                    whole(sample.temperatureCelsius()),
                    clocks == null ? "?" : whole(clocks.sm()),
                    clocks == null ? "?" : whole(clocks.smMost())));
        }
        if (state.brake.holds(brake, now)) {
            found.add(CardFinding.of("power-brake", Level.WARNING, Origin.SURROUNDINGS, Action.POWER));
        }
        if (state.slowed.holds(reasons.contains("hardware-slowdown") && !heat && !brake, now)) {
            found.add(CardFinding.of("slowed", Level.WARNING, Origin.SURROUNDINGS, Action.COOL));
        }
        if (state.belowRated.holds(low && !lowByHeat, now) && clocks != null) {
            found.add(CardFinding.of(
                    "clock-low", Level.NOTE, Origin.UNKNOWN, Action.NONE, whole(clocks.sm()), whole(clocks.smMost())));
        }
        if (state.powerLimited.holds(reasons.contains("power-limit"), now)) {
            found.add(CardFinding.of(
                    "power-limited",
                    Level.NOTE,
                    Origin.SURROUNDINGS,
                    Action.NONE,
                    whole(sample.powerWatts()),
                    whole(sample.detail().powerLimitWatts())));
        }
    }

    private static void memory(CardDetail detail, List<CardFinding> found) {
        CardDetail.Rows rows = detail.rows();
        if (rows != null && Boolean.TRUE.equals(rows.failed())) {
            found.add(CardFinding.of("rows-failed", Level.FAULT, Origin.CARD, Action.REPLACE));
        }
        if (rows != null && Boolean.TRUE.equals(rows.pending())) {
            found.add(CardFinding.of("rows-pending", Level.WARNING, Origin.CARD, Action.RESET));
        }
        CardDetail.Ecc ecc = detail.ecc();
        if (ecc != null && ecc.uncorrected() != null && ecc.uncorrected() > 0) {
            found.add(CardFinding.of("ecc-uncorrected", Level.WARNING, Origin.CARD, Action.RESET, ecc.uncorrected()));
        }
    }

    private static void bus(CardSample sample, State state, long now, List<CardFinding> found) {
        CardDetail.Pcie pcie = sample.detail().pcie();
        if (pcie == null) {
            return;
        }
        if (state.narrow.holds(less(pcie.width(), pcie.widthMost()), now)) {
            found.add(CardFinding.of(
                    "pcie-width", Level.WARNING, Origin.BUS, Action.RESEAT, pcie.width(), pcie.widthMost()));
        }
        // A resting card lowers the generation to save power.
        boolean works = sample.utilisation() != null && sample.utilisation() >= WORKING;
        if (state.oldGeneration.holds(works && less(pcie.generation(), pcie.generationMost()), now)) {
            found.add(CardFinding.of(
                    "pcie-generation",
                    Level.WARNING,
                    Origin.BUS,
                    Action.LOOK,
                    pcie.generation(),
                    pcie.generationMost()));
        }
        long replays = pcie.replays() == null ? 0 : state.replays.to(pcie.replays(), now);
        if (replays >= REPLAYS_PER_MINUTE) {
            found.add(CardFinding.of("pcie-replays", Level.WARNING, Origin.BUS, Action.RESEAT, replays));
        }
    }

    private static void links(CardDetail detail, State state, long now, List<CardFinding> found) {
        if (detail.links() == null) {
            return;
        }
        Set<Integer> down = new TreeSet<>();
        long grown = 0;
        for (CardDetail.Link link : detail.links()) {
            if (Boolean.TRUE.equals(link.active())) {
                state.linksSeen.add(link.index());
            } else if (Boolean.FALSE.equals(link.active()) && state.linksSeen.contains(link.index())) {
                down.add(link.index());
            }
            if (link.recoveries() != null) {
                grown += state.recoveries
                        .computeIfAbsent(link.index(), any -> new Growth(10 * MINUTE))
                        .to(link.recoveries(), now);
            }
        }
        if (!down.isEmpty()) {
            found.add(CardFinding.of(
                    "link-down",
                    Level.WARNING,
                    Origin.BUS,
                    Action.LOOK,
                    down.stream().map(String::valueOf).collect(Collectors.joining(", "))));
        }
        if (grown > 0) {
            found.add(CardFinding.of("link-errors", Level.WARNING, Origin.BUS, Action.LOOK, grown));
        }
    }

    private static void use(CardSample sample, State state, long now, List<CardFinding> found) {
        Double limit = sample.detail().powerLimitWatts();
        Double memory = sample.detail().memoryUtilisation();
        boolean hangs = sample.utilisation() != null
                && sample.utilisation() >= BUSY
                && (memory == null || memory <= MEMORY_AT_REST)
                && sample.powerWatts() != null
                && limit != null
                && sample.powerWatts() < limit * RESTING_POWER;
        if (state.stuck.holds(hangs, now)) {
            found.add(CardFinding.of(
                    "stuck",
                    Level.WARNING,
                    Origin.APPLICATION,
                    Action.LOOK,
                    whole(sample.utilisation() == null ? null : sample.utilisation() * 100),
                    whole(sample.powerWatts()),
                    whole(limit)));
        }
        CardSample.Process largest = sample.processes() == null
                ? null
                : sample.processes().stream()
                        .filter(process -> process.worker() == null && process.memoryBytes() != null)
                        .filter(process -> process.memoryBytes() >= FOREIGN_BYTES)
                        .max(Comparator.comparing(CardSample.Process::memoryBytes))
                        .orElse(null);
        if (state.foreign.holds(largest != null, now) && largest != null) {
            found.add(CardFinding.of(
                    "foreign-memory",
                    Level.WARNING,
                    Origin.APPLICATION,
                    Action.END_PROCESS,
                    largest.name() == null ? "?" : largest.name(),
                    largest.pid(),
                    String.format(Locale.ROOT, "%.1f GiB", largest.memoryBytes() / 0x1p30)));
        }
    }

    private static boolean less(Integer now, Integer most) {
        return now != null && most != null && now < most;
    }

    private static String whole(Number value) {
        return value == null ? "?" : Long.toString(Math.round(value.doubleValue()));
    }
}
