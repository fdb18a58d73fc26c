package io.hearth.ui.nodes;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.H3;
import com.vaadin.flow.component.html.ListItem;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.html.UnorderedList;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The accelerators of a node in full: what was found of each, and all that it tells. */
final class CardsPanel extends Div {
    private final H2 heading = new H2();
    private final Div columns = new Div();
    private final List<One> shown = new ArrayList<>();
    private List<CardInfo> cards = List.of();

    CardsPanel() {
        setWidthFull();
        columns.addClassName("hearth-columns");
        columns.getStyle().set("align-items", "start").set("margin-block-start", "0.75rem");
        add(heading, columns);
        Wording.of(this).text(heading::setText, "nodes.cards");
        setVisible(false);
    }

    void show(Node node, Optional<Telemetry.Live> live, Figures figures) {
        List<CardInfo> now =
                node.cards().stream().filter(card -> !card.shared()).toList();
        if (!now.equals(cards)) {
            cards = now;
            columns.removeAll();
            shown.clear();
            for (CardInfo card : now) {
                One one = new One(card);
                shown.add(one);
                columns.add(one);
            }
            setVisible(!now.isEmpty());
        }
        shown.forEach(one -> one.show(live.flatMap(sample -> sample.card(one.card.id())), figures));
    }

    /** One card. */
    private static final class One extends Div {
        private final CardInfo card;
        private final UnorderedList findings = new UnorderedList();
        private final CardFactsPanel facts;
        private List<Sentence> said = List.of();
        private String language = "";

        One(CardInfo card) {
            this.card = card;
            this.facts = new CardFactsPanel(card);
            addClassName("hearth-panel");
            H3 title = new H3();
            Wording.of(title).text(title::setText, "nodes.card", card.id(), card.model());
            findings.getStyle().set("list-style", "none").set("padding", "0").set("margin", "0");
            add(title, findings, facts);
        }

        void show(Optional<CardSample> live, Figures figures) {
            showFindings(live.map(CardSample::findings).orElse(null), figures);
            facts.setVisible(live.filter(now -> now.detail() != null).isPresent());
            live.filter(now -> now.detail() != null).ifPresent(now -> facts.show(now, figures));
        }

        private void showFindings(List<CardFinding> found, Figures figures) {
            List<CardFinding> all = new ArrayList<>(found == null ? List.of() : found);
            if (card.refusal() != null
                    && all.stream()
                            .noneMatch(finding ->
                                    finding.code().equals(card.refusal().code()))) {
                all.addFirst(card.refusal());
            }
            List<Sentence> now = all.stream().map(Doctor::words).toList();
            if (now.equals(said) && figures.locale().getLanguage().equals(language)) {
                return;
            }
            said = now;
            language = figures.locale().getLanguage();
            findings.removeAll();
            all.forEach(finding -> findings.add(item(finding)));
            findings.setVisible(!all.isEmpty());
        }

        private static ListItem item(CardFinding finding) {
            StatusBadge level = new StatusBadge(
                    CardTilePanel.kind(finding.level()),
                    Sentence.of("nodes.level." + finding.level().name().toLowerCase(Locale.ROOT)));
            Span origin = new Span(Language.say(Doctor.origin(finding)));
            origin.addClassName("hearth-secondary");
            origin.setVisible(finding.level() != CardFinding.Level.NOTE);
            Div head = new Div(level, origin);
            head.addClassName("hearth-actions");
            Div words = new Div(Language.say(Doctor.words(finding)));
            Div remedy = new Div(Language.say(Doctor.remedy(finding)));
            remedy.addClassName("hearth-secondary");
            ListItem item = new ListItem(head, words, remedy);
            item.getStyle().set("padding-block", "0.4rem");
            return item;
        }
    }
}
