package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.value.ValueChangeMode;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Paged;
import io.hearth.ui.datasets.RowPages;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.function.Supplier;

/** Rows of a version, all or one part, or those that have a text. */
final class RowsPanel extends Div {
    private static final int PAGE = 20;

    private final RowPages pages;
    private final Supplier<Actor> actor;
    private final String version;
    private final Select<String> part = new Select<>();
    private final TextField search = new TextField();
    private final Div rows = new Div();
    private final Pager pager = new Pager(PAGE, this::show);
    private long offset;

    RowsPanel(RowPages pages, Supplier<Actor> actor, String version) {
        this.pages = pages;
        this.actor = actor;
        this.version = version;
        setWidthFull();
        part.setItems("all", "training", "evaluation");
        part.setItemLabelGenerator(name -> Language.say("datasets.part." + name));
        part.setValue("all");
        part.addValueChangeListener(changed -> show(0));
        search.setClearButtonVisible(true);
        search.setValueChangeMode(ValueChangeMode.LAZY);
        search.addValueChangeListener(changed -> show(0));
        rows.getStyle().set("display", "grid").set("gap", "0.75rem").set("margin-block", "1rem");
        Div choice = new Div(part, search);
        choice.addClassName("hearth-actions");
        add(choice, rows, pager);
        Wording.of(this)
                .text(part::setAriaLabel, "datasets.part.label")
                .text(search::setPlaceholder, "datasets.rows.search")
                .text(search::setAriaLabel, "datasets.rows.search")
                .always(() -> show(offset));
    }

    private void show(long from) {
        offset = from;
        String only = part.getValue().equals("all") ? null : part.getValue();
        Paged<RowPages.ShownRow> page = pages.ofVersion(actor.get(), version, only, search.getValue(), from, PAGE);
        rows.removeAll();
        if (page.items().isEmpty()) {
            rows.add(new Paragraph(Language.say("datasets.rows.none")));
        }
        for (RowPages.ShownRow row : page.items()) {
            Span about = new Span(Language.say(
                    "datasets.rows.about",
                    Figures.here().count(row.number() + 1),
                    Language.say("datasets.part." + row.part())));
            about.addClassName("hearth-secondary");
            Div panel = new Div(about, RowCards.of(row.row()));
            panel.addClassName("hearth-panel");
            rows.add(panel);
        }
        pager.of(page.total(), from);
    }
}
