package io.hearth.ui.nodes;

import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import io.hearth.protocol.CardIncident;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.Locale;

/** What has happened to the cards of a node: errors that the driver reported, what they mean, what to do. */
final class NodeIncidentsPanel extends Div {
    private static final int SHOWN = 100;

    private final Database database;
    private final CardIncidentStore store = new CardIncidentStore();
    private final Grid<CardIncident> grid = new Grid<>();
    private final Paragraph none = new Paragraph();
    private List<CardIncident> shown = List.of();

    NodeIncidentsPanel(Database database) {
        this.database = database;
        setWidthFull();
        H2 heading = new H2();
        none.addClassName("hearth-secondary");
        Grid.Column<CardIncident> when =
                grid.addColumn(NodeIncidentsPanel::when).setAutoWidth(true).setFlexGrow(0);
        Grid.Column<CardIncident> card =
                grid.addColumn(CardIncident::card).setAutoWidth(true).setFlexGrow(0);
        Grid.Column<CardIncident> level = grid.addComponentColumn(NodeIncidentsPanel::level)
                .setAutoWidth(true)
                .setFlexGrow(0);
        Grid.Column<CardIncident> what = grid.addComponentColumn(
                        incident -> text(Doctor.words(incident.finding()), Doctor.origin(incident.finding())))
                .setFlexGrow(3);
        Grid.Column<CardIncident> remedy = grid.addComponentColumn(
                        incident -> text(Doctor.remedy(incident.finding()), null))
                .setFlexGrow(3);
        grid.setAllRowsVisible(true);
        add(heading, none, grid);
        Wording.of(this)
                .text(heading::setText, "nodes.incidents")
                .text(none::setText, "nodes.incidents.none")
                .text(when::setHeader, "nodes.incident.when")
                .text(card::setHeader, "nodes.incident.card")
                .text(level::setHeader, "nodes.incident.level")
                .text(what::setHeader, "nodes.incident.what")
                .text(remedy::setHeader, "nodes.incident.remedy")
                .always(() -> grid.getDataProvider().refreshAll());
    }

    void show(Node node) {
        List<CardIncident> now = database.read(h -> store.of(h, node.id(), null, SHOWN));
        if (!now.equals(shown)) {
            shown = now;
            grid.setItems(now);
        }
        setVisible(!now.isEmpty() || node.cards().stream().anyMatch(card -> !card.shared()));
        grid.setVisible(!now.isEmpty());
        none.setVisible(now.isEmpty());
    }

    private static String when(CardIncident incident) {
        Figures figures = Figures.here();
        String last = figures.dateTime(incident.last());
        return incident.count() == 1
                ? last
                : Language.say("nodes.incident.times", last, figures.count(incident.count()));
    }

    private static StatusBadge level(CardIncident incident) {
        return new StatusBadge(
                CardTilePanel.kind(incident.finding().level()),
                Sentence.of("nodes.level." + incident.finding().level().name().toLowerCase(Locale.ROOT)));
    }

    private static Div text(Sentence first, Sentence second) {
        Div cell = new Div(new Div(Language.say(first)));
        cell.getStyle().set("white-space", "normal").set("padding-block", "0.3rem");
        if (second != null) {
            Div more = new Div(Language.say(second));
            more.addClassName("hearth-secondary");
            cell.add(more);
        }
        return cell;
    }
}
