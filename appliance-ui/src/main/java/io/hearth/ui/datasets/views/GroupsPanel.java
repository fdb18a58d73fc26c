package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Paged;
import io.hearth.ui.datasets.RowPages;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.function.Supplier;

/** Rows that belong together: duplicates, contradictions, leaks. */
final class GroupsPanel extends Div {
    private static final int PAGE = 10;
    private static final int ROWS = 6;

    private final RowPages pages;
    private final Supplier<Actor> actor;
    private final String id;
    private final String kind;
    private final Div groups = new Div();
    private final Pager pager = new Pager(PAGE, this::show);
    private long offset;

    GroupsPanel(RowPages pages, Supplier<Actor> actor, String id, String kind) {
        this.pages = pages;
        this.actor = actor;
        this.id = id;
        this.kind = kind;
        setWidthFull();
        groups.getStyle().set("display", "grid").set("gap", "1rem");
        Paragraph help = new Paragraph();
        help.addClassName("hearth-secondary");
        add(help, groups, pager);
        Wording.of(this).text(help::setText, "datasets.groups." + kind).always(() -> show(offset));
    }

    private void show(long from) {
        offset = from;
        Paged<RowPages.ShownGroup> page = pages.groups(actor.get(), id, kind, from, PAGE);
        groups.removeAll();
        if (page.items().isEmpty()) {
            groups.add(new Paragraph(Language.say("datasets.groups.none")));
        }
        for (RowPages.ShownGroup group : page.items()) {
            Div panel = new Div(new H3(Language.say("datasets.groups.count", group.count())));
            panel.addClassName("hearth-panel");
            for (RowPages.ShownRow row :
                    group.rows().subList(0, Math.min(ROWS, group.rows().size()))) {
                Span line = new Span(Language.say(
                        row.part().equals("evaluation") ? "datasets.groups.evaluation-line" : "datasets.groups.line",
                        Figures.here().count(row.line())));
                line.addClassName("hearth-secondary");
                panel.add(line, RowCards.of(row.row()));
            }
            groups.add(panel);
        }
        pager.of(page.total(), from);
    }
}
