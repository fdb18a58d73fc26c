package io.hearth.ui.nodes;

import io.hearth.protocol.CardSample;
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
            parts.add(figures.decimal(card.powerWatts(), 0) + " W");
        }
        if (card.clockMegahertz() != null) {
            parts.add(figures.decimal(card.clockMegahertz(), 0) + " MHz");
        }
        return String.join(" · ", parts);
    }

    private Sentences() {}
}
