package io.hearth.agent.telemetry.doctor;

import static io.hearth.protocol.CardFinding.Action.LOOK;
import static io.hearth.protocol.CardFinding.Action.NONE;
import static io.hearth.protocol.CardFinding.Action.REBOOT;
import static io.hearth.protocol.CardFinding.Action.REPLACE;
import static io.hearth.protocol.CardFinding.Action.RESET;
import static io.hearth.protocol.CardFinding.Action.RESTART_WORKER;
import static io.hearth.protocol.CardFinding.Level.FAULT;
import static io.hearth.protocol.CardFinding.Level.NOTE;
import static io.hearth.protocol.CardFinding.Level.WARNING;
import static io.hearth.protocol.CardFinding.Origin.APPLICATION;
import static io.hearth.protocol.CardFinding.Origin.BUS;
import static io.hearth.protocol.CardFinding.Origin.CARD;
import static io.hearth.protocol.CardFinding.Origin.DRIVER;
import static io.hearth.protocol.CardFinding.Origin.UNKNOWN;

import io.hearth.protocol.CardFinding;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Errors that the driver of Ascend cards reports by code: how bad each is, where it usually comes from, what to do next. Codes with
 * one meaning for who keeps the machine share their words, which are in {@link io.hearth.protocol.FindingTexts}.
 *
 * <p>Sources: the health management fault definitions of the driver (hiascend.com, as the names in the driver's and the runtime's
 * published sources give them); what to do follows the groups of MindCluster's {@code faultCode.json}: what asks for a reset of the
 * chip there keeps work away here, what restarts a job there is a warning, what is not handled there is a note or a warning.
 */
public final class NpuCatalogue {
    private record Entry(String name, CardFinding.Level level, CardFinding.Origin origin, CardFinding.Action action) {}

    private static final Map<Integer, Entry> ENTRIES = new HashMap<>();

    static {
        add("hbm-lost", WARNING, CARD, RESTART_WORKER, 0x80E01801);
        add("hbm-patrol", WARNING, CARD, LOOK, 0x80E01809);
        add("hbm-used-up", FAULT, CARD, REPLACE, 0x80E18402);
        add("hbm-controller", FAULT, CARD, RESET, 0x80E18000, 0x80E18005, 0x80E18008, 0x80E1800A);
        add("ddr", FAULT, CARD, RESET, 0x80DF8000, 0x80DF8008, 0x80DF8009, 0x80DF800A);
        add("memory-path", FAULT, CARD, RESET, 0x80F2180D, 0x80F38008, 0x80F18000, 0x80F18008, 0x80B78000, 0x80B58000);
        add("mended", NOTE, CARD, NONE, 0x80C98006, 0x80CB8006, 0x80CD8006, 0x80F38006, 0x80F78006, 0x80A18006);
        add("mended", NOTE, CARD, NONE, 0x80A38006, 0x80A58006, 0x80DF8006, 0x80E18006, 0x80BD8006, 0x80B98006);
        add("core-instructions", WARNING, CARD, RESTART_WORKER, 0x80C98000);
        add("core-input", WARNING, APPLICATION, RESTART_WORKER, 0x80C98002, 0x80C98003, 0x80CB8002);
        add("core-memory", WARNING, CARD, RESTART_WORKER, 0x80C98008, 0x80CB8008);
        add("core-address", WARNING, UNKNOWN, RESTART_WORKER, 0x80C98009, 0x80CB8009);
        add("core-time", WARNING, UNKNOWN, RESTART_WORKER, 0x80C9800A, 0x80CB800A);
        add("cache", FAULT, CARD, RESET, 0x80CD8008, 0x80A18008, 0x80A38008, 0x80A58008);
        add("scheduler", FAULT, CARD, RESET, 0x80C78008, 0x80F78003, 0x80F78008, 0x80F78009, 0x80FB8005);
        add("scheduler-silent", FAULT, DRIVER, RESET, 0x80FA4E00);
        add("dispatch", FAULT, CARD, RESET, 0x81338002, 0x81338008, 0x813B8002, 0x813B8008, 0x81478002, 0x81478008);
        add("dispatch", FAULT, CARD, RESET, 0x815F8002, 0x815F8008, 0x81978002, 0x81978008);
        add("dropped", FAULT, BUS, REBOOT, 0x40F84E00);
        add("pcie", FAULT, BUS, RESET, 0x80B98000, 0x80B98008);
        add("network", FAULT, BUS, RESET, 0x80BD8008);
        add("network-request", WARNING, BUS, RESTART_WORKER, 0x80BD8000, 0x80BD8003, 0x80BD8009);
        add("port", WARNING, BUS, LOOK, 0x81078603);
        add("exchange", WARNING, BUS, LOOK, 0x8C1F8608, 0x4C1F8608, 0x8C1F860B);
        add("service", WARNING, DRIVER, LOOK, 0x8C084E00, 0x8C0A4E00, 0x8C0C4E00, 0x8C0E4E00, 0x8C104E00, 0x8C124E00);
        add("service-work", WARNING, DRIVER, RESTART_WORKER, 0x8C204E00);
        add("reset-done", NOTE, UNKNOWN, NONE, 0x8C2FA009);
        add("stress-failed", FAULT, CARD, REPLACE, 0x80818C05);
        add("stress-weak", WARNING, CARD, LOOK, 0x80818C06);
    }

    private NpuCatalogue() {}

    /**
     * What a code means; one that is not in the catalogue says so.
     *
     * @param words what the driver itself says of it, or null
     */
    public static CardFinding of(int code, String words) {
        String text = "0x" + Integer.toHexString(code).toUpperCase(Locale.ROOT);
        Entry entry = ENTRIES.get(code);
        if (entry != null) {
            return CardFinding.of("npu." + entry.name(), entry.level(), entry.origin(), entry.action(), text);
        }
        return words == null || words.isBlank()
                ? CardFinding.of("npu.other", WARNING, UNKNOWN, LOOK, text)
                : CardFinding.of("npu.other-said", WARNING, UNKNOWN, LOOK, text, words);
    }

    /**
     * What the driver thinks of a chip's health.
     *
     * @param health 0 well, 1 minor, 2 major, 3 critical; anything else is not known
     */
    public static Optional<CardFinding> health(int health) {
        return switch (health) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(CardFinding.of("npu.health.minor", WARNING, UNKNOWN, LOOK));
            case 2 -> Optional.of(CardFinding.of("npu.health.major", WARNING, UNKNOWN, LOOK));
            case 3 -> Optional.of(CardFinding.of("npu.health.critical", FAULT, UNKNOWN, RESET));
            default -> Optional.of(CardFinding.of("npu.health.other", WARNING, UNKNOWN, LOOK, health));
        };
    }

    /** Whether a code is in the catalogue; else the driver's words are worth asking for. */
    public static boolean knows(int code) {
        return ENTRIES.containsKey(code);
    }

    /** All codes with an entry. */
    public static Set<Integer> codes() {
        return new TreeSet<>(ENTRIES.keySet());
    }

    private static void add(
            String name, CardFinding.Level level, CardFinding.Origin origin, CardFinding.Action action, int... codes) {
        for (int code : codes) {
            if (ENTRIES.put(code, new Entry(name, level, origin, action)) != null) {
                throw new IllegalStateException(Integer.toHexString(code) + " has two meanings.");
            }
        }
    }
}
