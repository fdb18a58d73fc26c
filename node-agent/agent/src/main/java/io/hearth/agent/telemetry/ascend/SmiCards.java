package io.hearth.agent.telemetry.ascend;

import io.hearth.agent.common.LogText;
import io.hearth.agent.telemetry.doctor.Findings;
import io.hearth.agent.telemetry.doctor.NpuCatalogue;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.Hardware;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ascend cards as {@code npu-smi info} prints them, asked every few seconds on a thread of its own: what can be had where DCMI
 * cannot be loaded. It tells neither clocks nor memory errors, and of faults only how bad they are.
 */
final class SmiCards {
    private static final System.Logger LOG = System.getLogger(SmiCards.class.getName());
    private static final long MIB = 1L << 20;
    private static final long EVERY_MILLIS = 5_000;

    /** After so many seconds without an answer, that is what is said. */
    private static final long SILENT_SECONDS = 30;

    private final NpuSmi command;
    private final VisibleChips visible;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final Thread thread;
    private volatile List<CardInfo> infos = List.of();
    private volatile Reading last;
    private String complaint;

    private record Reading(List<CardSample> samples, long nanos) {}

    /** @param visible how programs number chips */
    SmiCards(NpuSmi command, VisibleChips visible) {
        this.visible = visible;
        this.command = command;
        this.thread = Thread.ofPlatform().daemon().name("npu-smi").start(this::run);
    }

    /** Waits for the first answer; false if there is none in time. */
    boolean started(long millis) throws InterruptedException {
        return asked.await(millis, TimeUnit.MILLISECONDS);
    }

    List<CardInfo> cards() {
        return infos;
    }

    List<CardSample> sample() {
        Reading reading = last;
        if (reading == null) {
            return List.of();
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - reading.nanos());
        return seconds < SILENT_SECONDS
                ? reading.samples()
                : infos.stream()
                        .map(info -> CardSample.silent(info.id(), Findings.silent(seconds)))
                        .toList();
    }

    /** Ends it; false if it does not end in time. */
    boolean close(long millis) throws InterruptedException {
        closing.countDown();
        thread.interrupt();
        return thread.join(Duration.ofMillis(millis));
    }

    private void run() {
        try {
            do {
                ask();
                asked.countDown();
            } while (!closing.await(EVERY_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            asked.countDown();
        }
    }

    private void ask() throws InterruptedException {
        try {
            NpuSmiTable table = NpuSmiTable.parse(command.info());
            List<CardInfo> found = new ArrayList<>();
            List<CardSample> samples = new ArrayList<>();
            for (int i = 0; i < table.chips().size(); i++) {
                NpuSmiTable.Chip chip = table.chips().get(i);
                String id = AscendCard.KIND + visible.number(i);
                found.add(info(id, chip, table.version()));
                samples.add(sample(id, chip));
            }
            lost(found, samples);
            infos = List.copyOf(found);
            last = new Reading(List.copyOf(samples), System.nanoTime());
            complaint = null;
        } catch (IOException e) {
            if (!e.getMessage().equals(complaint)) {
                complaint = e.getMessage();
                LOG.log(System.Logger.Level.WARNING, "Ascend cards cannot be read: {0}", LogText.safe(complaint));
            }
        }
    }

    /** Cards that were listed and are not any more; those behind them keep their numbers only if they were the last. */
    private void lost(List<CardInfo> found, List<CardSample> samples) {
        for (CardInfo before : infos) {
            boolean there = found.stream().anyMatch(card -> card.id().equals(before.id()));
            if (!there) {
                found.add(before);
                samples.add(CardSample.silent(before.id(), Findings.gone(false)));
            }
        }
    }

    private static CardInfo info(String id, NpuSmiTable.Chip chip, String driver) {
        String name = chip.name() == null ? "Ascend" : chip.name();
        return new CardInfo(
                id,
                AscendCard.VENDOR,
                name.startsWith("Ascend") ? name : "Ascend " + name,
                chip.totalMib() == null ? 0 : chip.totalMib() * MIB,
                false,
                driver,
                Hardware.runOn(AscendCard.VENDOR).isPresent(),
                chip.address(),
                null);
    }

    private static CardSample sample(String id, NpuSmiTable.Chip chip) {
        return new CardSample(
                        id,
                        chip.busy(),
                        chip.usedMib() == null ? null : chip.usedMib() * MIB,
                        chip.totalMib() == null ? null : chip.totalMib() * MIB,
                        chip.celsius(),
                        chip.watts(),
                        null,
                        List.of(),
                        chip.processes().stream()
                                .map(process -> new CardSample.Process(
                                        process.pid(),
                                        process.name(),
                                        null,
                                        process.mib() == null ? null : process.mib() * MIB))
                                .toList())
                .examined(health(chip.health()).stream().toList());
    }

    private static Optional<CardFinding> health(String health) {
        return NpuCatalogue.health(
                switch (health == null ? "" : health.toUpperCase(Locale.ROOT)) {
                    case "OK" -> 0;
                    case "WARNING" -> 1;
                    case "ALARM" -> 2;
                    case "CRITICAL" -> 3;
                    default -> -1;
                });
    }
}
