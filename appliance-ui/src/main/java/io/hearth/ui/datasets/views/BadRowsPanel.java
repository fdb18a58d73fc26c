package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Paged;
import io.hearth.ui.datasets.Import;
import io.hearth.ui.datasets.ImportService;
import io.hearth.ui.datasets.StoredBadRow;
import io.hearth.ui.shell.DownloadLink;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.function.Supplier;

/** Rows that cannot be used, each with its place and its reason. */
final class BadRowsPanel extends Div {
    private static final int PAGE = 50;

    private final ImportService imports;
    private final Supplier<Actor> actor;
    private final Grid<StoredBadRow> grid = new Grid<>();
    private final Pager pager = new Pager(PAGE, this::show);
    private final String id;

    BadRowsPanel(ImportService imports, Supplier<Actor> actor, Import one) {
        this.imports = imports;
        this.actor = actor;
        this.id = one.id();
        setWidthFull();
        if (one.report().badRows() == 0) {
            Paragraph none = new Paragraph();
            Wording.of(this).text(none::setText, "datasets.problems.none");
            add(none);
            return;
        }
        grid.setAllRowsVisible(true);
        if (one.report().training().files().size() > 1 || one.evaluation() != null) {
            column(grid.addColumn(StoredBadRow::file).setAutoWidth(true), "datasets.column.file");
        }
        column(
                grid.addColumn(row -> Figures.here().count(row.line()))
                        .setAutoWidth(true)
                        .setFlexGrow(0),
                "datasets.column.line");
        column(
                grid.addColumn(row -> row.column() == 0 ? "" : Figures.here().count(row.column()))
                        .setAutoWidth(true)
                        .setFlexGrow(0),
                "datasets.column.place");
        column(
                grid.addComponentColumn(row -> wrapped(Language.say(row.reason())))
                        .setFlexGrow(3),
                "datasets.column.reason");
        column(grid.addComponentColumn(row -> wrapped(row.excerpt())).setFlexGrow(3), "datasets.column.row");
        Wording.of(this).always(grid.getDataProvider()::refreshAll);
        add(
                new DownloadLink("/api/v1/datasets/imports/" + id + "/bad-rows.csv", "datasets.problems.download"),
                grid,
                pager);
        show(0);
    }

    private void column(Grid.Column<StoredBadRow> column, String key) {
        Wording.of(this).text(column::setHeader, key);
    }

    private static Div wrapped(String text) {
        Div cell = new Div(text);
        cell.getStyle().set("white-space", "normal").set("overflow-wrap", "anywhere");
        return cell;
    }

    private void show(long offset) {
        Paged<StoredBadRow> page = imports.badRows(actor.get(), id, offset, PAGE);
        grid.setItems(page.items());
        pager.of(page.total(), offset);
    }
}
