package io.hearth.ui.nodes;

import com.vaadin.flow.component.html.DescriptionList;
import io.hearth.protocol.CardDetail;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.ui.core.Texts;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** All that an accelerator tells, with its units; what it does not tell is said to be so. */
final class CardFactsPanel extends DescriptionList {
    private static final double JOULES_PER_KILOWATT_HOUR = 3.6e6;
    private static final String ASCEND = "ascend";

    /** What cards of other makers do not have: to say that they do not report it would be odd. */
    private static final Set<String> NOT_ON_ASCEND = Set.of("energy", "pcie", "links", "mig", "persistence");

    private static final Set<String> ON_ASCEND_ALONE = Set.of("matrix-units", "vector-units");

    private final CardInfo card;
    private final Map<String, Description> values = new LinkedHashMap<>();

    CardFactsPanel(CardInfo card) {
        this.card = card;
        addClassName("hearth-facts");
    }

    void show(CardSample now, Figures figures) {
        CardDetail detail = now.detail();
        fact("utilisation", now.utilisation() == null ? null : figures.percent(now.utilisation()));
        CardDetail.Units units = detail.units();
        fact("matrix-units", units == null || units.matrix() == null ? null : figures.percent(units.matrix()));
        fact("vector-units", units == null || units.vector() == null ? null : figures.percent(units.vector()));
        fact("memory", of(now.memoryUsedBytes(), now.memoryTotalBytes(), figures));
        fact(
                "memory-utilisation",
                detail.memoryUtilisation() == null ? null : figures.percent(detail.memoryUtilisation()));
        fact("temperature", celsius(now.temperatureCelsius(), figures));
        fact("memory-temperature", celsius(detail.memoryTemperatureCelsius(), figures));
        fact("power", of(now.powerWatts(), detail.powerLimitWatts(), "W", figures));
        fact("energy", energy(detail, figures));
        CardDetail.Clocks clocks = detail.clocks();
        fact("clock", clocks == null ? null : of(clocks.sm(), clocks.smMost(), "MHz", figures));
        fact("memory-clock", clocks == null ? null : of(clocks.memory(), clocks.memoryMost(), "MHz", figures));
        fact("throttle", throttle(detail.throttle()));
        fact("ecc", ecc(detail.ecc(), figures));
        fact("rows", rows(detail.rows(), text("rows.value"), figures));
        fact("pcie", pcie(detail.pcie(), figures));
        fact("links", links(detail.links(), figures));
        fact("mig", mig(detail.mig(), figures));
        fact(
                "persistence",
                detail.persistence() == null
                        ? null
                        : Language.say(detail.persistence() ? "nodes.facts.on" : "nodes.facts.off"));
        fact("processes", processes(now.processes(), figures));
        fact("driver", card.driver());
        fact("place", card.hardwareId());
        fact("chip", detail.chip());
    }

    private void fact(String key, String value) {
        boolean ascend = card.vendor().equals(ASCEND);
        if ((ascend ? NOT_ON_ASCEND : ON_ASCEND_ALONE).contains(key)) {
            return;
        }
        Description shown = values.computeIfAbsent(key, any -> {
            Term term = new Term();
            Description description = new Description();
            Wording.of(this).text(term::setText, text(key));
            add(term, description);
            return description;
        });
        String text = value == null ? Language.say("nodes.facts.none") : value;
        if (!text.equals(shown.getText())) {
            shown.setText(text);
            shown.setClassName("hearth-secondary", value == null);
        }
    }

    /** Key of a text: the maker's own name for a thing, where it has one. */
    private String text(String key) {
        String own = "nodes.facts." + card.vendor() + "." + key;
        return Texts.has(own) ? own : "nodes.facts." + key;
    }

    private static String of(Long used, Long total, Figures figures) {
        return used == null || total == null
                ? null
                : Language.say("nodes.facts.of", figures.bytes(used), figures.bytes(total));
    }

    private static String of(Number now, Number most, String unit, Figures figures) {
        if (now == null) {
            return null;
        }
        String value = figures.decimal(now.doubleValue(), 0);
        return most == null
                ? value + " " + unit
                : Language.say("nodes.facts.of", value, figures.decimal(most.doubleValue(), 0) + " " + unit);
    }

    private static String celsius(Double value, Figures figures) {
        return value == null ? null : figures.decimal(value, 0) + " °C";
    }

    private static String energy(CardDetail detail, Figures figures) {
        return detail.energyMillijoules() == null
                ? null
                : figures.decimal(detail.energyMillijoules() / 1000.0 / JOULES_PER_KILOWATT_HOUR, 2) + " kWh";
    }

    private static String throttle(List<String> reasons) {
        if (reasons == null) {
            return null;
        }
        return reasons.isEmpty()
                ? Language.say("nodes.throttle.nothing")
                : reasons.stream().map(Sentences::throttle).collect(Collectors.joining(" · "));
    }

    private static String ecc(CardDetail.Ecc ecc, Figures figures) {
        return ecc == null
                ? null
                : Language.say(
                        "nodes.facts.ecc.value",
                        count(ecc.corrected(), figures),
                        count(ecc.uncorrected(), figures),
                        count(ecc.correctedEver(), figures),
                        count(ecc.uncorrectedEver(), figures));
    }

    private static String rows(CardDetail.Rows rows, String key, Figures figures) {
        if (rows == null) {
            return null;
        }
        long replaced = (rows.correctable() == null ? 0 : rows.correctable())
                + (rows.uncorrectable() == null ? 0 : rows.uncorrectable());
        String text = Language.say(key, figures.count(replaced));
        return Boolean.TRUE.equals(rows.pending()) ? text + Language.say("nodes.facts.rows.pending") : text;
    }

    private static String pcie(CardDetail.Pcie pcie, Figures figures) {
        if (pcie == null || pcie.generation() == null || pcie.width() == null) {
            return null;
        }
        String link = Language.say(
                "nodes.facts.pcie.link",
                pcie.generation(),
                pcie.generationMost() == null ? "?" : pcie.generationMost(),
                pcie.width(),
                pcie.widthMost() == null ? "?" : pcie.widthMost());
        String traffic = pcie.receivedBytesPerSecond() == null || pcie.sentBytesPerSecond() == null
                ? ""
                : Language.say(
                        "nodes.facts.pcie.traffic",
                        figures.bytes(Math.round(pcie.receivedBytesPerSecond())),
                        figures.bytes(Math.round(pcie.sentBytesPerSecond())));
        return link
                + traffic
                + (pcie.replays() == null || pcie.replays() == 0
                        ? ""
                        : Language.say("nodes.facts.pcie.replays", figures.count(pcie.replays())));
    }

    private static String links(List<CardDetail.Link> links, Figures figures) {
        if (links == null) {
            return null;
        }
        if (links.isEmpty()) {
            return Language.say("nodes.facts.links.none");
        }
        long up = links.stream()
                .filter(link -> Boolean.TRUE.equals(link.active()))
                .count();
        long recoveries = links.stream()
                .mapToLong(link -> link.recoveries() == null ? 0 : link.recoveries())
                .sum();
        long errors = links.stream()
                .mapToLong(link -> link.checksumErrors() == null ? 0 : link.checksumErrors())
                .sum();
        return Language.say(
                "nodes.facts.links.value",
                figures.count(up),
                figures.count(links.size()),
                figures.count(recoveries),
                figures.count(errors));
    }

    private static String mig(CardDetail.Mig mig, Figures figures) {
        if (mig == null) {
            return null;
        }
        if (!Boolean.TRUE.equals(mig.enabled())) {
            return Language.say("nodes.facts.off");
        }
        return mig.instances().isEmpty()
                ? Language.say("nodes.facts.mig.none")
                : mig.instances().stream()
                        .map(instance -> instance.name()
                                + (instance.memoryTotalBytes() == null
                                        ? ""
                                        : " (" + figures.bytes(instance.memoryTotalBytes()) + ")"))
                        .collect(Collectors.joining(", "));
    }

    private static String processes(List<CardSample.Process> processes, Figures figures) {
        if (processes == null) {
            return null;
        }
        return processes.isEmpty()
                ? Language.say("nodes.facts.processes.none")
                : processes.stream()
                        .map(process -> Language.say(
                                process.worker() == null ? "nodes.facts.process" : "nodes.facts.process.ours",
                                process.name() == null ? "?" : process.name(),
                                Long.toString(process.pid()),
                                process.memoryBytes() == null ? "?" : figures.bytes(process.memoryBytes())))
                        .collect(Collectors.joining(", "));
    }

    private static String count(Long value, Figures figures) {
        return value == null ? "?" : figures.count(value);
    }
}
