package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.select.Select;
import io.hearth.ui.core.Actor;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.datasets.RowPages;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.Supplier;

/** What differs between two versions of a dataset. */
final class DifferencePanel extends Div {
    private static final int PAGE = 20;

    private final RowPages pages;
    private final Supplier<Actor> actor;
    private final DatasetVersion after;
    private final Select<DatasetVersion> before = new Select<>();
    private final Div changes = new Div();
    private final Pager pager = new Pager(PAGE, this::show);
    private long offset;

    /** @param others the dataset's other versions, the newest first */
    DifferencePanel(RowPages pages, Supplier<Actor> actor, DatasetVersion after, List<DatasetVersion> others) {
        this.pages = pages;
        this.actor = actor;
        this.after = after;
        setWidthFull();
        if (others.isEmpty()) {
            Paragraph none = new Paragraph();
            Wording.of(this).text(none::setText, "datasets.difference.only-one");
            add(none);
            return;
        }
        before.setItems(others);
        before.setItemLabelGenerator(version -> Language.say("datasets.version.number", version.version()));
        before.setValue(others.stream()
                .filter(version -> version.version() < after.version())
                .findFirst()
                .orElse(others.getFirst()));
        before.addValueChangeListener(changed -> show(0));
        changes.getStyle().set("display", "grid").set("gap", "0.75rem").set("margin-block", "1rem");
        add(before, changes, pager);
        Wording.of(this).text(before::setLabel, "datasets.difference.with").always(() -> show(offset));
    }

    private void show(long from) {
        offset = from;
        RowPages.ShownDifference found =
                pages.difference(actor.get(), before.getValue().id(), after.id(), from, PAGE);
        Figures figures = Figures.here();
        changes.removeAll();
        changes.add(new Paragraph(Language.say(
                "datasets.difference.counts",
                figures.count(found.counts().added()),
                figures.count(found.counts().removed()),
                figures.count(found.counts().changed()),
                figures.count(found.counts().same()))));
        for (RowPages.ShownChange change : found.changes().items()) {
            StatusBadge.Kind kind = switch (change.kind()) {
                case "added" -> StatusBadge.Kind.GOOD;
                case "removed" -> StatusBadge.Kind.BAD;
                default -> StatusBadge.Kind.WARNING;
            };
            Div sides = new Div(RowCards.of(change.before()), RowCards.of(change.after()));
            sides.addClassName("hearth-columns");
            Div panel = new Div(new StatusBadge(kind, "datasets.difference." + change.kind()), sides);
            panel.addClassName("hearth-panel");
            changes.add(panel);
        }
        pager.of(found.changes().total(), from);
    }
}
