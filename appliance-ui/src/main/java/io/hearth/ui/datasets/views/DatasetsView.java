package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.value.ValueChangeMode;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.router.RouteParameters;
import com.vaadin.flow.router.RouterLink;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.DatasetCatalog;
import io.hearth.ui.datasets.DatasetCatalog.Listed;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.datasets.Import;
import io.hearth.ui.datasets.ImportService;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.UploadBox;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** All datasets, uploads under way, and the box to upload another. */
@Route(value = "datasets", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class DatasetsView extends Page {
    private static final int MOST = 200;
    private static final String[] ENDINGS = {
        ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".xlsx", ".txt", ".md", ".markdown", ".gz", ".zip"
    };

    private final DatasetCatalog catalog;
    private final ImportService imports;
    private final Div upload = new Div();
    private final Div underWay = new Div();
    private final Grid<Import> importGrid = new Grid<>();
    private final TextField search = new TextField();
    private final Grid<Listed> grid = new Grid<>();
    private final Div empty = new Div();

    public DatasetsView(DatasetCatalog catalog, ImportService imports) {
        this.catalog = catalog;
        this.imports = imports;
        title("datasets.title");
        lead("datasets.lead");
        UploadBox box = new UploadBox(Sentence.of("datasets.upload.purpose"), ENDINGS);
        box.onUploaded(arrived -> begin(arrived.upload()));
        Paragraph formats = new Paragraph();
        formats.addClassName("hearth-secondary");
        text(formats::setText, "datasets.upload.formats");
        upload.add(box, formats);
        upload.setWidthFull();
        importColumns();
        H2 heading = new H2();
        text(heading::setText, "datasets.imports.title");
        underWay.add(heading, importGrid);
        underWay.addClassName("hearth-panel");
        columns();
        text(search::setPlaceholder, "datasets.search");
        text(search::setAriaLabel, "datasets.search");
        search.setClearButtonVisible(true);
        search.setValueChangeMode(ValueChangeMode.LAZY);
        search.addValueChangeListener(changed -> refresh());
        empty.add(new EmptyState("datasets.empty.title", "datasets.empty.text"));
        empty.setWidthFull();
        add(upload, underWay, search, grid, empty);
        inLanguage(() -> {
            grid.getDataProvider().refreshAll();
            importGrid.getDataProvider().refreshAll();
        });
        live(News.Topic.DATASETS, this::refresh);
    }

    private void columns() {
        grid.setAllRowsVisible(true);
        Grid.Column<Listed> name = grid.addComponentColumn(one -> new RouterLink(
                        one.dataset().name(),
                        DatasetView.class,
                        new RouteParameters("dataset", one.dataset().id())))
                .setFlexGrow(2);
        text(name::setHeader, "datasets.column.name");
        Grid.Column<Listed> versions =
                grid.addColumn(one -> one.versions().size()).setAutoWidth(true);
        text(versions::setHeader, "datasets.column.versions");
        Grid.Column<Listed> rows =
                grid.addColumn(one -> newest(one, DatasetVersion::rows)).setAutoWidth(true);
        text(rows::setHeader, "datasets.column.rows");
        Grid.Column<Listed> held = grid.addColumn(one -> newest(one, DatasetVersion::evaluationRows))
                .setAutoWidth(true);
        text(held::setHeader, "datasets.column.evaluation");
        Grid.Column<Listed> tags =
                grid.addColumn(one -> String.join(", ", one.dataset().tags()));
        text(tags::setHeader, "datasets.column.tags");
        Grid.Column<Listed> changed = grid.addColumn(one -> Figures.here()
                        .dateTime(
                                one.versions().isEmpty()
                                        ? one.dataset().created()
                                        : one.versions().getFirst().created()))
                .setAutoWidth(true);
        text(changed::setHeader, "datasets.column.changed");
    }

    private static String newest(Listed one, ToLongFunction<DatasetVersion> figure) {
        return one.versions().isEmpty()
                ? "–"
                : Figures.here().count(figure.applyAsLong(one.versions().getFirst()));
    }

    private void importColumns() {
        importGrid.setAllRowsVisible(true);
        Grid.Column<Import> name = importGrid.addComponentColumn(one ->
                new RouterLink(one.source().fileName(), ImportView.class, new RouteParameters("import", one.id())));
        text(name::setHeader, "datasets.column.file");
        Grid.Column<Import> state =
                importGrid.addComponentColumn(DatasetsView::badge).setAutoWidth(true);
        text(state::setHeader, "datasets.column.state");
        Grid.Column<Import> size = importGrid
                .addColumn(one -> Figures.here().bytes(one.source().bytes()))
                .setAutoWidth(true);
        text(size::setHeader, "datasets.column.size");
        Grid.Column<Import> owner = importGrid.addColumn(Import::ownerName).setAutoWidth(true);
        text(owner::setHeader, "datasets.column.owner");
    }

    static StatusBadge badge(Import one) {
        StatusBadge.Kind kind = switch (one.state()) {
            case READING, COMMITTING -> StatusBadge.Kind.BUSY;
            case READY -> one.report().badRows() > 0 ? StatusBadge.Kind.WARNING : StatusBadge.Kind.WAITING;
            case FAILED -> StatusBadge.Kind.BAD;
            case COMMITTED -> StatusBadge.Kind.GOOD;
        };
        return new StatusBadge(kind, "datasets.state." + one.state().name().toLowerCase(Locale.ROOT));
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        refresh();
    }

    private void begin(String uploaded) {
        Import one = imports.begin(actor(), uploaded, null, null, null);
        getUI().ifPresent(ui -> ui.navigate(ImportView.class, new RouteParameters("import", one.id())));
    }

    private void refresh() {
        boolean engineer = actor().role().covers(Role.ENGINEER);
        upload.setVisible(engineer);
        List<Import> open = imports.list(actor(), 0, MOST).items().stream()
                .filter(one -> one.state() != Import.State.COMMITTED)
                .toList();
        underWay.setVisible(engineer && !open.isEmpty());
        importGrid.setItems(open);
        List<Listed> all = catalog.list(actor(), search.getValue(), 0, MOST).items();
        grid.setItems(all);
        boolean none = all.isEmpty() && search.isEmpty();
        empty.setVisible(none);
        grid.setVisible(!none);
        search.setVisible(!none);
    }
}
