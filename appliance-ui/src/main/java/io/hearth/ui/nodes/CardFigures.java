package io.hearth.ui.nodes;

import io.hearth.protocol.CardDetail;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardSample;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A figure of a card for Prometheus.
 *
 * @param name of the gauge
 * @param description what it is
 * @param value takes it from a sample; null where the card does not tell
 */
record CardFigures(String name, String description, Function<CardSample, Number> value) {
    /** All of them. */
    static final List<CardFigures> ALL = List.of(
            new CardFigures("hearth.card.utilisation", "0 to 1", CardSample::utilisation),
            new CardFigures("hearth.card.memory.used.bytes", "Used memory", CardSample::memoryUsedBytes),
            new CardFigures("hearth.card.memory.total.bytes", "All memory", CardSample::memoryTotalBytes),
            new CardFigures("hearth.card.temperature.celsius", "Hottest sensor", CardSample::temperatureCelsius),
            new CardFigures("hearth.card.power.watts", "Drawn now", CardSample::powerWatts),
            new CardFigures("hearth.card.clock.megahertz", "Clock of the compute units", CardSample::clockMegahertz),
            new CardFigures(
                    "hearth.card.errors",
                    "What is wrong with it, in number",
                    card -> card.errors() == null ? 0 : card.errors().size()),
            new CardFigures("hearth.card.warnings", "What is amiss with it, in number", card -> warnings(card)),
            new CardFigures(
                    "hearth.card.processes",
                    "Processes on it",
                    card -> card.processes() == null ? null : card.processes().size()),
            part(
                    "units.matrix",
                    "Share of time in which matrix units worked",
                    CardDetail::units,
                    CardDetail.Units::matrix),
            part(
                    "units.vector",
                    "Share of time in which vector units worked",
                    CardDetail::units,
                    CardDetail.Units::vector),
            detail("memory.utilisation", "Share of time in which memory moved", CardDetail::memoryUtilisation),
            detail("memory.temperature.celsius", "Of the memory", CardDetail::memoryTemperatureCelsius),
            detail("power.limit.watts", "Most that it may draw", CardDetail::powerLimitWatts),
            detail(
                    "energy.joules",
                    "Drawn since the driver was loaded",
                    card -> card.energyMillijoules() == null ? null : card.energyMillijoules() / 1000.0),
            part("clock.most.megahertz", "Highest clock", CardDetail::clocks, CardDetail.Clocks::smMost),
            part("memory.clock.megahertz", "Clock of the memory", CardDetail::clocks, CardDetail.Clocks::memory),
            throttled("heat", "1 if heat holds its clock back", reason -> reason.startsWith("heat-")),
            throttled("power", "1 if power holds its clock back", reason -> reason.startsWith("power-")),
            part("ecc.corrected", "Mended memory errors", CardDetail::ecc, CardDetail.Ecc::corrected),
            part("ecc.uncorrected", "Memory errors not mended", CardDetail::ecc, CardDetail.Ecc::uncorrected),
            part("rows.pending", "1 if weak memory waits for a reset", CardDetail::rows, rows -> flag(rows.pending())),
            part("rows.failed", "1 if weak memory cannot be replaced", CardDetail::rows, rows -> flag(rows.failed())),
            part(
                    "links.active",
                    "NVLinks that are up",
                    CardDetail::links,
                    links -> links.stream()
                            .filter(link -> Boolean.TRUE.equals(link.active()))
                            .count()),
            part(
                    "links.recoveries",
                    "Times that NVLinks were set up again",
                    CardDetail::links,
                    links -> links.stream()
                            .mapToLong(link -> link.recoveries() == null ? 0 : link.recoveries())
                            .sum()),
            part("pcie.generation", "Of the link to the host", CardDetail::pcie, CardDetail.Pcie::generation),
            part("pcie.width", "Lanes of the link to the host", CardDetail::pcie, CardDetail.Pcie::width),
            part(
                    "pcie.received.bytes.per.second",
                    "Towards the card",
                    CardDetail::pcie,
                    CardDetail.Pcie::receivedBytesPerSecond),
            part("pcie.sent.bytes.per.second", "From the card", CardDetail::pcie, CardDetail.Pcie::sentBytesPerSecond),
            part("pcie.replays", "Packets sent again", CardDetail::pcie, CardDetail.Pcie::replays));

    private static Number warnings(CardSample card) {
        return card.findings() == null
                ? 0
                : card.findings().stream()
                        .filter(finding -> finding.level() == CardFinding.Level.WARNING)
                        .count();
    }

    private static CardFigures detail(String name, String description, Function<CardDetail, Number> value) {
        return new CardFigures(
                "hearth.card." + name, description, card -> card.detail() == null ? null : value.apply(card.detail()));
    }

    private static <T> CardFigures part(
            String name, String description, Function<CardDetail, T> part, Function<T, Number> value) {
        return detail(name, description, detail -> {
            T told = part.apply(detail);
            return told == null ? null : value.apply(told);
        });
    }

    private static CardFigures throttled(String by, String description, Predicate<String> reason) {
        return part(
                "throttled." + by,
                description,
                CardDetail::throttle,
                reasons -> flag(reasons.stream().anyMatch(reason)));
    }

    private static Integer flag(Boolean value) {
        return value == null ? null : value ? 1 : 0;
    }
}
