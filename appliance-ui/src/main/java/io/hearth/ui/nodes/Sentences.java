package io.hearth.ui.nodes;

import io.hearth.protocol.CardSample;
import io.hearth.ui.core.Texts;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import java.util.ArrayList;
import java.util.List;

/** Short texts of the nodes' pages that are made of figures. */
final class Sentences {
    static String lastSeen(Figures figures, long millis, long now) {
        return Language.say("nodes.last-seen", figures.ago(millis, now));
    }

    /** Temperature, power and clock, as far as the card tells. */
    static String sensors(CardSample card, Figures figures) {
        List<String> parts = new ArrayList<>();
        if (card.temperatureCelsius() != null) {
            parts.add(figures.decimal(card.temperatureCelsius(), 0) + " °C");
        }
        if (card.powerWatts() != null) {
            Double limit = card.detail() == null ? null : card.detail().powerLimitWatts();
            String power = figures.decimal(card.powerWatts(), 0);
            parts.add(
                    limit == null
                            ? power + " W"
                            : Language.say("nodes.facts.of", power, figures.decimal(limit, 0) + " W"));
        }
        if (card.clockMegahertz() != null) {
            parts.add(figures.decimal(card.clockMegahertz(), 0) + " MHz");
        }
        if (card.detail() != null && card.detail().throttle() != null) {
            card.detail().throttle().stream()
                    .filter(reason -> !reason.equals("idle"))
                    .map(Sentences::throttle)
                    .forEach(parts::add);
        }
        return String.join(" · ", parts);
    }

    /** Why a clock is held back, in words; a reason without words as its code. */
    static String throttle(String reason) {
        String key = "nodes.throttle." + reason;
        return Texts.has(key) ? Language.say(key) : reason;
    }

    private Sentences() {}
}
