package io.hearth.agent.telemetry.ascend;

import com.sun.jna.NativeLibrary;
import io.hearth.agent.telemetry.CardProbe;
import io.hearth.agent.telemetry.CardWatch;
import io.hearth.agent.telemetry.ascend.Dcmi.Call;
import io.hearth.agent.telemetry.doctor.Findings;
import io.hearth.agent.telemetry.doctor.Incidents;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.Hardware;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ascend cards: each chip is a card. Through DCMI each is read by a thread of its own, and the driver tells of faults by itself;
 * without DCMI, {@code npu-smi} is asked. Without either there are none, which costs one look for files.
 */
public final class AscendCardProbe implements CardProbe {
    private static final System.Logger LOG = System.getLogger(AscendCardProbe.class.getName());

    /** A driver that has to wake its cards first takes seconds for each. */
    private static final long START_MILLIS = 20_000;

    private static final long CLOSE_MILLIS = 2_000;
    private static final long SMI_MILLIS = 20_000;

    private final VisibleChips visible;
    private final Clock clock;
    private final Incidents incidents;
    private volatile Watched watched = Watched.NOTHING;
    private volatile SmiCards smi;
    private volatile boolean closed;

    /**
     * What is watched.
     *
     * @param lost cards that were lost before they could be asked anything
     */
    private record Watched(List<CardWatch> watches, List<CardSample> lost, DcmiEvents events) {
        static final Watched NOTHING = new Watched(List.of(), List.of(), null);
    }

    /** Looks where the administrator says, then where the driver is usually. */
    public AscendCardProbe() {
        this(
                DcmiLibrary.files(),
                NpuSmi.find(System.getenv("PATH")),
                System.getenv("ASCEND_RT_VISIBLE_DEVICES"),
                Clock.systemUTC());
    }

    /**
     * @param files that may be DCMI
     * @param command {@code npu-smi}, where it can be had
     * @param visible the chips that programs see, as {@code ASCEND_RT_VISIBLE_DEVICES} lists them; null: all
     */
    AscendCardProbe(List<Path> files, Optional<Path> command, String visible, Clock clock) {
        this.visible = new VisibleChips(visible);
        this.clock = clock;
        this.incidents = new Incidents(clock.millis());
        Optional<NativeLibrary> library = DcmiLibrary.load(files);
        if (library.isEmpty() && command.isEmpty()) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "There is no {0}, so there are no Ascend cards to watch.",
                    DcmiLibrary.NAME);
            return;
        }
        CountDownLatch started = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("dcmi start").start(() -> {
            try {
                boolean watches = library.isPresent() && start(library.get());
                if (!watches && command.isPresent()) {
                    startSmi(command.get());
                }
            } catch (InterruptedException | RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "Ascend cards cannot be watched", e);
            } finally {
                started.countDown();
            }
        });
        try {
            if (!started.await(START_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The driver of Ascend cards has not answered within {0} seconds; its cards are shown once it does.",
                        START_MILLIS / 1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean start(NativeLibrary library) {
        Dcmi dcmi = new Dcmi(library);
        int status = dcmi.call(Call.INIT);
        if (status != DcmiStatus.OK) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Ascend cards are not watched through {0}: {1}",
                    DcmiLibrary.NAME,
                    DcmiStatus.sentence(status));
            return false;
        }
        String driver = dcmi.driverVersion();
        List<AscendCard> cards = new ArrayList<>();
        List<CardSample> lost = new ArrayList<>();
        for (Dcmi.Place place : dcmi.places()) {
            find(dcmi, place, cards.size() + lost.size(), driver, cards, lost);
        }
        LOG.log(
                System.Logger.Level.INFO,
                "Driver {0} of Ascend cards: {1} chips, {2} of them lost.",
                driver,
                cards.size() + lost.size(),
                lost.size());
        watched = new Watched(
                cards.stream().map(card -> new CardWatch(card, "dcmi")).toList(),
                lost,
                cards.isEmpty()
                        ? null
                        : new DcmiEvents(dcmi, (logicId, code, words) -> heard(cards, logicId, code, words)));
        return true;
    }

    private void find(
            Dcmi dcmi, Dcmi.Place place, int index, String driver, List<AscendCard> cards, List<CardSample> lost) {
        String[] id = {AscendCard.KIND + visible.number(index)};
        try {
            AscendCard card =
                    new AscendCard(dcmi, place, index, driver, visible, clock, finding -> begun(id[0], finding));
            id[0] = card.info().id();
            cards.add(card);
        } catch (ChipGone e) {
            lost.add(CardSample.silent(id[0], Findings.gone(false)));
        }
    }

    private void startSmi(Path command) throws InterruptedException {
        SmiCards cards = new SmiCards(new NpuSmi(command, SMI_MILLIS), visible);
        smi = cards;
        cards.started(SMI_MILLIS);
        LOG.log(
                System.Logger.Level.INFO,
                "Ascend cards are read through {0}: {1} chips.",
                command,
                cards.cards().size());
        if (closed) {
            cards.close(CLOSE_MILLIS);
        }
    }

    private void heard(List<AscendCard> cards, int logicId, int code, String words) {
        cards.stream()
                .filter(card -> card.logicId() == logicId)
                .findFirst()
                .ifPresentOrElse(
                        card -> card.heard(code, words),
                        () -> LOG.log(
                                System.Logger.Level.WARNING,
                                "Fault {0} of a card that is not watched ({1}).",
                                Integer.toHexString(code),
                                Integer.toString(logicId)));
    }

    private void begun(String card, CardFinding finding) {
        LOG.log(System.Logger.Level.WARNING, "{0}: {1} {2}", card, finding.words(), finding.remedy());
        incidents.add(card, finding, clock.millis());
    }

    @Override
    public List<CardInfo> cards() {
        Watched now = watched;
        List<CardInfo> cards = new ArrayList<>();
        now.watches().forEach(watch -> cards.add(watch.info()));
        now.lost()
                .forEach(lost -> cards.add(new CardInfo(
                        lost.card(),
                        AscendCard.VENDOR,
                        "Ascend",
                        0,
                        false,
                        null,
                        Hardware.runOn(AscendCard.VENDOR).isPresent())));
        if (smi != null) {
            cards.addAll(smi.cards());
        }
        return cards;
    }

    @Override
    public List<CardSample> sample() {
        Watched now = watched;
        List<CardSample> samples = new ArrayList<>(now.lost());
        now.watches().forEach(watch -> watch.sample().ifPresent(samples::add));
        long time = clock.millis();
        samples.replaceAll(sample -> sample.examined(withPast(sample, time)));
        if (smi != null) {
            samples.addAll(smi.sample());
        }
        return samples;
    }

    /** With what has happened of late; a fault that keeps work away is said as long as the chip lists it, and no longer. */
    private List<CardFinding> withPast(CardSample sample, long time) {
        Set<CardFinding> findings = new LinkedHashSet<>(sample.findings());
        incidents.of(sample.card(), time).stream()
                .filter(finding -> !finding.stopsWork())
                .forEach(findings::add);
        return List.copyOf(findings);
    }

    @Override
    public List<CardIncident> incidents() {
        return incidents.all();
    }

    @Override
    public void close() {
        closed = true;
        Watched now = watched;
        watched = Watched.NOTHING;
        try {
            if (now.events() != null) {
                now.events().close();
            }
            for (CardWatch watch : now.watches()) {
                watch.close(CLOSE_MILLIS);
            }
            if (smi != null) {
                smi.close(CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
