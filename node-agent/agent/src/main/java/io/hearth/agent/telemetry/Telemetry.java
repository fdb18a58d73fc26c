package io.hearth.agent.telemetry;

import io.hearth.agent.common.LogText;
import io.hearth.agent.workers.ProcessMark;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.HostInfo;
import io.hearth.protocol.HostSample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The machine and all of its cards. Not for several threads. */
public final class Telemetry {
    private static final System.Logger LOG = System.getLogger(Telemetry.class.getName());

    private final HostProbe probe;
    private final HostInfo host;
    private final Supplier<Map<String, ProcessMark>> workers;
    private final List<CardProbe> probes = new ArrayList<>();
    private final Set<String> complained = new HashSet<>();
    private HostSample latest;

    /**
     * @param home the agent's home, whose disk is watched
     * @param name name of the machine
     * @param blobBytes bytes of blobs on the disk
     * @param workers processes of workers
     */
    public Telemetry(
            Path home, String name, Clock clock, LongSupplier blobBytes, Supplier<Map<String, ProcessMark>> workers)
            throws IOException {
        this.probe = new HostProbe(home, clock, blobBytes);
        this.host = probe.info(name);
        this.workers = workers;
        this.latest = probe.sample();
        probes.add(new CpuCardProbe(host, () -> latest, workers));
        ServiceLoader.load(CardProbe.class).forEach(probes::add);
    }

    /** What the machine is. */
    public HostInfo host() {
        return host;
    }

    /** Its cards. */
    public List<CardInfo> cards() {
        return probes.stream().flatMap(each -> each.cards().stream()).toList();
    }

    /** The machine and its cards now. */
    public FromNode.Telemetry sample() throws IOException {
        latest = probe.sample();
        Map<Long, String> byPid = new HashMap<>();
        workers.get().forEach((worker, mark) -> byPid.put(mark.pid(), worker));
        List<CardSample> cards = new ArrayList<>();
        for (CardProbe each : probes) {
            try {
                each.sample().forEach(card -> cards.add(named(card, byPid)));
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
        return new FromNode.Telemetry(latest, cards);
    }

    /** Says of a card's processes which workers they are. */
    private static CardSample named(CardSample card, Map<Long, String> byPid) {
        List<CardSample.Process> processes = card.processes() == null
                ? List.of()
                : card.processes().stream()
                        .map(process -> process.worker() != null
                                ? process
                                : new CardSample.Process(
                                        process.pid(), process.name(), byPid.get(process.pid()), process.memoryBytes()))
                        .toList();
        return new CardSample(
                card.card(),
                card.utilisation(),
                card.memoryUsedBytes(),
                card.memoryTotalBytes(),
                card.temperatureCelsius(),
                card.powerWatts(),
                card.clockMegahertz(),
                card.errors(),
                processes);
    }
}
