package io.hearth.agent.telemetry.doctor;

import static io.hearth.protocol.CardFinding.Action.LOOK;
import static io.hearth.protocol.CardFinding.Action.NONE;
import static io.hearth.protocol.CardFinding.Action.REBOOT;
import static io.hearth.protocol.CardFinding.Action.RESEAT;
import static io.hearth.protocol.CardFinding.Action.RESET;
import static io.hearth.protocol.CardFinding.Action.RESTART_WORKER;
import static io.hearth.protocol.CardFinding.Level.FAULT;
import static io.hearth.protocol.CardFinding.Level.NOTE;
import static io.hearth.protocol.CardFinding.Level.WARNING;
import static io.hearth.protocol.CardFinding.Origin.APPLICATION;
import static io.hearth.protocol.CardFinding.Origin.BUS;
import static io.hearth.protocol.CardFinding.Origin.CARD;
import static io.hearth.protocol.CardFinding.Origin.DRIVER;
import static io.hearth.protocol.CardFinding.Origin.SURROUNDINGS;
import static io.hearth.protocol.CardFinding.Origin.UNKNOWN;

import io.hearth.protocol.CardFinding;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Errors that NVIDIA's driver reports by number (Xid): how bad each is, where it usually comes from, what to do next. The words
 * are in {@link io.hearth.protocol.FindingTexts}.
 *
 * <p>Source: NVIDIA's Xid catalogue with its immediate actions (docs.nvidia.com/deploy/xid-errors). A fault whose action is a
 * reset there keeps work away here; what the catalogue calls a consequence of another Xid is a note.
 */
public final class XidCatalogue {
    /** The driver reports an error without a number by this one. */
    private static final long WITHOUT_NUMBER = 999;

    private record Entry(CardFinding.Level level, CardFinding.Origin origin, CardFinding.Action action) {}

    private static final Map<Integer, Entry> ENTRIES = new TreeMap<>();

    static {
        add(WARNING, APPLICATION, RESTART_WORKER, 13, 31, 69);
        add(WARNING, APPLICATION, RESTART_WORKER, 43, 137);
        add(WARNING, APPLICATION, LOOK, 68);
        add(NOTE, APPLICATION, NONE, 45);
        add(WARNING, BUS, RESTART_WORKER, 32, 80);
        add(WARNING, DRIVER, LOOK, 38, 61, 66);
        add(FAULT, UNKNOWN, RESET, 46, 62, 109);
        add(FAULT, SURROUNDINGS, RESEAT, 54);
        add(FAULT, CARD, RESET, 48, 64, 95, 110, 140, 143, 158);
        add(WARNING, CARD, RESET, 63, 156);
        add(WARNING, CARD, RESTART_WORKER, 94);
        add(WARNING, CARD, LOOK, 92, 122, 123, 124, 125, 157, 171, 172);
        add(FAULT, BUS, RESET, 74, 136, 155);
        add(FAULT, BUS, REBOOT, 79);
        add(FAULT, DRIVER, RESET, 119, 120);
        add(WARNING, BUS, LOOK, 121, 144, 145, 146, 147, 148, 149, 150);
        add(NOTE, UNKNOWN, LOOK, 154);
    }

    private XidCatalogue() {}

    /** What an Xid means; one that is not in the catalogue says so. */
    public static CardFinding of(long xid) {
        if (xid == WITHOUT_NUMBER || xid == 0) {
            return CardFinding.of("xid.none", WARNING, UNKNOWN, LOOK);
        }
        Entry entry = xid > Integer.MAX_VALUE ? null : ENTRIES.get((int) xid);
        return entry == null
                ? CardFinding.of("xid.other", WARNING, UNKNOWN, LOOK, xid)
                : CardFinding.of("xid." + xid, entry.level(), entry.origin(), entry.action(), xid);
    }

    /** All numbers with an entry. */
    public static Set<Integer> numbers() {
        return Set.copyOf(ENTRIES.keySet());
    }

    private static void add(
            CardFinding.Level level, CardFinding.Origin origin, CardFinding.Action action, int... numbers) {
        for (int number : numbers) {
            ENTRIES.put(number, new Entry(level, origin, action));
        }
    }
}
