package io.hearth.ui.models;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.router.RouteParameters;
import com.vaadin.flow.router.RouterLink;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;
import java.util.stream.Collectors;

/** All models, and what is on its way in. */
@Route(value = "models", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class ModelsView extends Page {
    private static final int MOST = 500;

    private final ModelService models;
    private final ModelImports imports;
    private final Button add = new Button();
    private final ImportsPanel running;
    private final Grid<ModelDetail> grid = new Grid<>();
    private final Div empty = new Div();

    public ModelsView(ModelService models, ModelImports imports) {
        this.models = models;
        this.imports = imports;
        this.running = new ImportsPanel(id -> imports.cancel(actor(), id));
        title("models.title");
        lead("models.lead");
        add.addThemeVariants(ButtonVariant.PRIMARY);
        add.addClickListener(clicked -> open());
        text(add::setText, "models.add");
        actions(add);
        columns();
        inLanguage(() -> grid.getDataProvider().refreshAll());
        add(running, empty, grid);
        live(News.Topic.MODELS, this::refresh);
    }

    private void columns() {
        grid.setAllRowsVisible(true);
        Grid.Column<ModelDetail> name = grid.addComponentColumn(detail -> new RouterLink(
                        detail.model().name(),
                        ModelView.class,
                        new RouteParameters("model", detail.model().name())))
                .setAutoWidth(true)
                .setFlexGrow(1);
        Grid.Column<ModelDetail> kind = grid.addColumn(
                        detail -> detail.versions().isEmpty()
                                ? ""
                                : Language.say(
                                        detail.versions().getFirst().kind() == ModelVersion.Kind.ADAPTER
                                                ? "models.kind.adapter"
                                                : "models.kind.base"))
                .setAutoWidth(true);
        Grid.Column<ModelDetail> versions = grid.addColumn(
                        detail -> Figures.here().count(detail.versions().size()))
                .setAutoWidth(true);
        Grid.Column<ModelDetail> size = grid.addColumn(detail -> detail.versions()
                                .isEmpty()
                        ? ""
                        : Figures.here().bytes(detail.versions().getFirst().sizeBytes()))
                .setAutoWidth(true);
        Grid.Column<ModelDetail> aliases =
                grid.addComponentColumn(ModelsView::aliases).setAutoWidth(true);
        Grid.Column<ModelDetail> tags = grid.addColumn(
                        detail -> String.join(", ", detail.model().tags()))
                .setAutoWidth(true);
        text(name::setHeader, "models.column.name");
        text(kind::setHeader, "models.column.kind");
        text(versions::setHeader, "models.column.versions");
        text(size::setHeader, "models.column.size");
        text(aliases::setHeader, "models.column.aliases");
        text(tags::setHeader, "models.column.tags");
    }

    private static Span aliases(ModelDetail detail) {
        return new Span(detail.aliases().stream()
                .map(alias -> alias.alias()
                        + detail.versions().stream()
                                .filter(version -> version.id().equals(alias.version()))
                                .map(version -> " → " + version.version())
                                .findFirst()
                                .orElse(""))
                .collect(Collectors.joining(", ")));
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        add.setVisible(actor().role().covers(Role.ENGINEER));
        refresh();
    }

    private void refresh() {
        List<ModelDetail> all = models.list(actor(), 0, MOST).items();
        grid.setItems(all);
        grid.setVisible(!all.isEmpty());
        running.show(imports.newest(actor(), 10), actor().role().covers(Role.ENGINEER));
        empty.removeAll();
        if (all.isEmpty()) {
            Button begin = new Button(Language.say("models.add"), clicked -> open());
            begin.setVisible(add.isVisible());
            empty.add(new EmptyState("models.empty.title", "models.empty.text", begin));
        }
    }

    private void open() {
        new ImportDialog(imports, models.bases(actor()), actor()).open();
    }
}
