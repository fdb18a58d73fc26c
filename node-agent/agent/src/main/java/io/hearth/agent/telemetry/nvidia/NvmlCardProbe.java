package io.hearth.agent.telemetry.nvidia;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.hearth.agent.telemetry.CardProbe;
import io.hearth.agent.telemetry.CardWatch;
import io.hearth.agent.telemetry.doctor.Findings;
import io.hearth.agent.telemetry.doctor.Incidents;
import io.hearth.agent.telemetry.doctor.XidCatalogue;
import io.hearth.agent.telemetry.nvidia.Nvml.Call;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.Hardware;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * NVIDIA's cards, through the management library of their driver. Without that library there are none, which costs one look for a
 * file. With it, each card is read by a thread of its own and another one waits for errors; asking takes what is known.
 */
public final class NvmlCardProbe implements CardProbe {
    private static final System.Logger LOG = System.getLogger(NvmlCardProbe.class.getName());

    /** A driver that has to wake its cards first takes seconds for each. */
    private static final long START_SECONDS = 20;

    private static final long CLOSE_MILLIS = 2_000;

    private final Clock clock;
    private final Arena arena = Arena.ofShared();
    private final Incidents incidents;
    private volatile Watched watched = new Watched(null, List.of(), List.of(), null);

    /**
     * What is watched.
     *
     * @param lost cards that were lost before they could be asked anything
     */
    private record Watched(Nvml nvml, List<CardWatch> watches, List<CardSample> lost, NvmlEvents events) {}

    /** Looks where the administrator says, then where the system does. */
    public NvmlCardProbe() {
        this(NvmlLibrary.configured(), Clock.systemUTC());
    }

    NvmlCardProbe(List<Path> folders, Clock clock) {
        this.clock = clock;
        this.incidents = new Incidents(clock.millis());
        Optional<SymbolLookup> library = NvmlLibrary.load(folders, arena);
        if (library.isEmpty()) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "There is no {0}, so there are no NVIDIA cards to watch.",
                    NvmlLibrary.NAME);
            return;
        }
        CountDownLatch started = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("nvml start").start(() -> {
            try {
                start(library.get());
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "NVIDIA cards cannot be watched", e);
            } finally {
                started.countDown();
            }
        });
        try {
            if (!started.await(START_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "NVIDIA''s driver has not answered within {0} seconds; its cards are shown once it does.",
                        START_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void start(SymbolLookup library) {
        Nvml nvml = new Nvml(library);
        int status = nvml.call(Call.INIT);
        if (status != NvmlStatus.SUCCESS) {
            LOG.log(System.Logger.Level.WARNING, "NVIDIA cards are not watched: {0}", NvmlStatus.sentence(status));
            return;
        }
        String driver = nvml.driverVersion();
        List<NvmlCard> cards = new ArrayList<>();
        List<CardSample> lost = new ArrayList<>();
        for (int i = 0; i < count(nvml); i++) {
            find(nvml, i, driver, cards, lost);
        }
        LOG.log(
                System.Logger.Level.INFO,
                "NVIDIA driver {0}: {1} cards, {2} of them lost.",
                driver,
                cards.size() + lost.size(),
                lost.size());
        watched = new Watched(
                nvml,
                cards.stream().map(card -> new CardWatch(card, "nvml")).toList(),
                lost,
                cards.isEmpty() ? null : new NvmlEvents(nvml, List.copyOf(cards), this::xid));
    }

    private int count(Nvml nvml) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(JAVA_INT);
            return nvml.call(Call.COUNT, out) == NvmlStatus.SUCCESS ? out.get(JAVA_INT, 0) : 0;
        }
    }

    private void find(Nvml nvml, int index, String driver, List<NvmlCard> cards, List<CardSample> lost) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            int status = nvml.call(Call.HANDLE, index, out);
            if (status == NvmlStatus.SUCCESS) {
                cards.add(new NvmlCard(nvml, out.get(ADDRESS, 0), index, driver, arena));
            } else {
                throw new CardGone(status);
            }
        } catch (CardGone e) {
            lost.add(CardSample.silent("cuda:" + index, Findings.gone(e.status() == NvmlStatus.RESET_REQUIRED)));
        }
    }

    private void xid(NvmlCard card, long number) {
        CardFinding finding = XidCatalogue.of(number);
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} ({1}): {2} {3}",
                card.info().id(),
                card.info().hardwareId(),
                finding.words(),
                finding.remedy());
        incidents.add(card.info().id(), finding, clock.millis());
    }

    @Override
    public List<CardInfo> cards() {
        Watched now = watched;
        List<CardInfo> cards = new ArrayList<>();
        now.watches().forEach(watch -> cards.add(watch.info()));
        now.lost()
                .forEach(lost -> cards.add(new CardInfo(
                        lost.card(),
                        NvmlCard.VENDOR,
                        "NVIDIA",
                        0,
                        false,
                        null,
                        Hardware.runOn(NvmlCard.VENDOR).isPresent())));
        return cards;
    }

    @Override
    public List<CardSample> sample() {
        Watched now = watched;
        List<CardSample> samples = new ArrayList<>(now.lost());
        now.watches().forEach(watch -> watch.sample().ifPresent(samples::add));
        long time = clock.millis();
        return samples.stream()
                .map(sample -> {
                    List<CardFinding> findings = new ArrayList<>(sample.findings());
                    findings.addAll(incidents.of(sample.card(), time));
                    return sample.examined(findings);
                })
                .toList();
    }

    @Override
    public List<CardIncident> incidents() {
        return incidents.all();
    }

    @Override
    public void close() {
        Watched now = watched;
        watched = new Watched(null, List.of(), List.of(), null);
        if (now.nvml() == null) {
            return;
        }
        try {
            boolean free = now.events() == null || now.events().close(CLOSE_MILLIS);
            for (CardWatch watch : now.watches()) {
                free &= watch.close(CLOSE_MILLIS);
            }
            if (free) {
                now.nvml().call(Call.SHUTDOWN);
                arena.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
