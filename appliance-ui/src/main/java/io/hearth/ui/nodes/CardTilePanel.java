package io.hearth.ui.nodes;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import java.util.Optional;

/** A card at a glance: how it is, what it does, and what is wrong with it. */
final class CardTilePanel extends Div {
    private final CardInfo card;
    private final StatusBadge health = new StatusBadge(StatusBadge.Kind.OFF, "nodes.health.unknown");
    private final MeterPanel utilisation = new MeterPanel("nodes.utilisation");
    private final MeterPanel memory = new MeterPanel("nodes.card-memory");
    private final Span rest = new Span();
    private final Div wrong = new Div();
    private final Div refused = new Div();

    CardTilePanel(CardInfo card) {
        this.card = card;
        Span name = new Span(card.id());
        name.addClassName("hearth-mono");
        Span model = new Span(card.model());
        model.addClassName("hearth-secondary");
        model.getStyle().set("flex", "1");
        Div head = new Div(name, model, health);
        head.getStyle()
                .set("display", "flex")
                .set("gap", "0.5rem")
                .set("flex-wrap", "wrap")
                .set("align-items", "baseline")
                .set("margin-block-start", "0.5rem");
        rest.addClassName("hearth-secondary");
        refused.addClassName("hearth-secondary");
        getStyle().set("display", "flex").set("flex-direction", "column").set("gap", "0.4rem");
        add(head, utilisation, memory, rest, wrong, refused);
    }

    String card() {
        return card.id();
    }

    void show(Optional<CardSample> live, Figures figures) {
        CardSample now = live.orElse(null);
        boolean measured = now != null && (now.utilisation() != null || now.memoryUsedBytes() != null);
        health.setVisible(now != null && now.findings() != null);
        utilisation.setVisible(measured);
        memory.setVisible(measured);
        rest.setVisible(measured);
        showRefusal(now);
        if (now == null) {
            wrong.setVisible(false);
            return;
        }
        showHealth(now);
        utilisation.show(now.utilisation(), now.utilisation() == null ? "" : figures.percent(now.utilisation()));
        if (now.memoryUsedBytes() != null && now.memoryTotalBytes() != null) {
            NodeTilePanel.used(memory, now.memoryUsedBytes(), now.memoryTotalBytes(), figures);
        } else {
            memory.show(null, "");
        }
        rest.setText(Sentences.sensors(now, figures));
    }

    private void showHealth(CardSample now) {
        Optional<CardFinding> worst = Doctor.worst(now);
        StatusBadge.Kind kind = worst.map(finding -> kind(finding.level())).orElse(StatusBadge.Kind.GOOD);
        health.show(kind, Sentence.of("nodes.health." + (worst.isEmpty() ? "good" : key(kind))));
        String said = worst.map(finding -> Language.say(Doctor.words(finding)))
                .orElse(now.errors() == null ? "" : String.join(" ", now.errors()));
        wrong.setVisible(!said.isEmpty());
        wrong.setText(said);
        wrong.getStyle().set("color", kind == StatusBadge.Kind.WARNING ? "var(--hearth-warning)" : "var(--hearth-bad)");
    }

    /** Why it takes no work, unless that is what is wrong with it anyway. */
    private void showRefusal(CardSample now) {
        CardFinding refusal = card.refusal();
        boolean said = refusal != null
                && now != null
                && now.findings() != null
                && now.findings().stream().anyMatch(finding -> finding.code().equals(refusal.code()));
        refused.setVisible(refusal != null && !said);
        refused.setText(refusal == null ? "" : Language.say("nodes.card.refused", Doctor.words(refusal)));
    }

    static StatusBadge.Kind kind(CardFinding.Level level) {
        return switch (level) {
            case NOTE -> StatusBadge.Kind.OFF;
            case WARNING -> StatusBadge.Kind.WARNING;
            case FAULT -> StatusBadge.Kind.BAD;
        };
    }

    private static String key(StatusBadge.Kind kind) {
        return kind == StatusBadge.Kind.BAD ? "bad" : "warning";
    }
}
