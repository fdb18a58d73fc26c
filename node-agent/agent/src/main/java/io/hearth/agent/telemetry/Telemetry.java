package io.hearth.agent.telemetry;

import io.hearth.agent.common.LogText;
import io.hearth.agent.telemetry.doctor.CardDoctor;
import io.hearth.agent.telemetry.doctor.Findings;
import io.hearth.agent.workers.ProcessMark;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.HostInfo;
import io.hearth.protocol.HostSample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The machine and all of its cards. Any thread may ask for {@link #cards}; the rest is not for several threads. */
public final class Telemetry implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Telemetry.class.getName());

    private final HostProbe probe;
    private final HostInfo host;
    private final Clock clock;
    private final Supplier<Map<String, ProcessMark>> workers;
    private final List<CardProbe> probes = new ArrayList<>();
    private final CardCheck check;
    private final CardDoctor doctor = new CardDoctor();
    private final Set<String> complained = new HashSet<>();
    private volatile Map<String, CardFinding> faults = Map.of();
    private HostSample latest;

    /**
     * @param home the agent's home, whose disk is watched
     * @param name name of the machine
     * @param blobBytes bytes of blobs on the disk
     * @param workers processes of workers
     * @param check knows which accelerators the worker can use
     */
    public Telemetry(
            Path home,
            String name,
            Clock clock,
            LongSupplier blobBytes,
            Supplier<Map<String, ProcessMark>> workers,
            CardCheck check)
            throws IOException {
        this.probe = new HostProbe(home, clock, blobBytes);
        this.host = probe.info(name);
        this.clock = clock;
        this.workers = workers;
        this.check = check;
        this.latest = probe.sample();
        probes.add(new CpuCardProbe(host, () -> latest, workers));
        ServiceLoader.load(CardProbe.class).forEach(probes::add);
    }

    /** What the machine is. */
    public HostInfo host() {
        return host;
    }

    /** Its cards, and why some take no workers. */
    public List<CardInfo> cards() {
        Map<String, CardFinding> broken = faults;
        return check.judged(found()).stream()
                .map(card -> broken.containsKey(card.id()) ? card.refused(broken.get(card.id())) : card)
                .toList();
    }

    /** What has happened to the cards, the oldest first. */
    public List<CardIncident> incidents() {
        Map<String, String> names = check.names(found());
        return probes.stream()
                .flatMap(each -> each.incidents().stream())
                .map(incident -> new CardIncident(
                        incident.id(),
                        names.getOrDefault(incident.card(), incident.card()),
                        incident.first(),
                        incident.last(),
                        incident.count(),
                        incident.finding()))
                .toList();
    }

    /** The machine and its cards now. */
    public FromNode.Telemetry sample() throws IOException {
        latest = probe.sample();
        Map<Long, String> byPid = new HashMap<>();
        workers.get().forEach((worker, mark) -> byPid.put(mark.pid(), worker));
        Map<String, String> names = check.names(found());
        Map<String, CardFinding> broken = new HashMap<>();
        List<CardSample> cards = new ArrayList<>();
        for (CardProbe each : probes) {
            try {
                for (CardSample card : each.sample()) {
                    CardSample seen = examined(named(card, byPid));
                    CardSample told = warned(seen.named(names.getOrDefault(seen.card(), seen.card())));
                    cards.add(told);
                    stopsWork(told, broken);
                }
            } catch (RuntimeException e) {
                if (complained.add(each.getClass().getName() + e.getMessage())) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "Cards cannot be read ({0}): {1}",
                            each.getClass().getSimpleName(),
                            LogText.safe(e.getMessage()));
                }
            }
        }
        faults = steady(faults, broken);
        return new FromNode.Telemetry(latest, cards);
    }

    @Override
    public void close() {
        probes.forEach(CardProbe::close);
    }

    private List<CardInfo> found() {
        return probes.stream().flatMap(each -> each.cards().stream()).toList();
    }

    private CardSample examined(CardSample card) {
        return card.findings() == null ? card : card.examined(doctor.examine(card, clock.millis()));
    }

    /** With what the worker says is amiss, unless the card does not answer anyway. */
    private CardSample warned(CardSample card) {
        List<CardFinding> warnings = card.memoryTotalBytes() == null ? List.of() : check.warnings(card.card());
        if (warnings.isEmpty()) {
            return card;
        }
        List<CardFinding> all = new ArrayList<>(card.findings() == null ? List.of() : card.findings());
        all.addAll(warnings);
        all.sort(Comparator.comparing(CardFinding::level).reversed());
        return card.examined(all);
    }

    private static void stopsWork(CardSample card, Map<String, CardFinding> broken) {
        if (card.detail() != null
                && card.detail().mig() != null
                && Boolean.TRUE.equals(card.detail().mig().enabled())) {
            broken.put(card.card(), Findings.cutUp());
        }
        if (card.findings() != null) {
            card.findings().stream()
                    .filter(CardFinding::stopsWork)
                    .findFirst()
                    .ifPresent(finding -> broken.put(card.card(), finding));
        }
    }

    /**
     * What stops work, in the words of the time at which it began: a finding that counts seconds would otherwise be another one
     * every second, and be sent again each time.
     */
    static Map<String, CardFinding> steady(Map<String, CardFinding> before, Map<String, CardFinding> now) {
        Map<String, CardFinding> steady = new HashMap<>(now);
        steady.replaceAll((card, finding) -> {
            CardFinding known = before.get(card);
            return known != null && known.code().equals(finding.code()) ? known : finding;
        });
        return Map.copyOf(steady);
    }

    /** Says of a card's processes which workers they are. */
    private static CardSample named(CardSample card, Map<Long, String> byPid) {
        return card.processes() == null
                ? card
                : card.used(card.processes().stream()
                        .map(process -> process.worker() != null
                                ? process
                                : new CardSample.Process(
                                        process.pid(), process.name(), byPid.get(process.pid()), process.memoryBytes()))
                        .toList());
    }
}
