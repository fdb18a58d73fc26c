package io.hearth.ui.models;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.DownloadLink;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.LineageGraph;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;

/** One model: its versions, what points to them, what they were made of. */
@Route(value = "models/:model", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class ModelView extends Page implements BeforeEnterObserver {
    private final ModelService models;
    private final ModelExports exports;
    private final Grid<ModelVersion> versions = new Grid<>();
    private final LineageGraph lineage = new LineageGraph();
    private final H2 lineageOf = new H2();
    private final TextArea notes = new TextArea();
    private final TextField tags = new TextField();
    private final Button save = new Button();
    private String name = "";
    private ModelDetail shown;
    private ModelVersion chosen;

    public ModelView(ModelService models, ModelExports exports) {
        this.models = models;
        this.exports = exports;
        columns();
        versions.addSelectionListener(
                selected -> selected.getFirstSelectedItem().ifPresent(this::choose));
        text(notes::setLabel, "models.notes");
        text(tags::setLabel, "models.tags.label");
        text(tags::setHelperText, "models.tags.help");
        text(save::setText, "models.save");
        save.addClickListener(clicked -> describe());
        notes.setWidthFull();
        tags.setWidthFull();
        H2 heading = new H2();
        text(heading::setText, "models.versions");
        add(heading, versions, lineageOf, lineage, notes, tags, save);
        inLanguage(() -> {
            if (shown != null) {
                versions.getDataProvider().refreshAll();
                sayLineage();
            }
        });
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        name = event.getRouteParameters().get("model").orElse("");
        chosen = null;
        title("models.page", name);
        endLive();
        live(News.Topic.MODELS, this::refresh);
        live(News.Topic.DEPLOYMENTS, this::refresh);
        if (isAttached()) {
            first();
        }
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        first();
    }

    private void first() {
        refresh();
        if (shown != null) {
            notes.setValue(shown.model().notes());
            tags.setValue(String.join(", ", shown.model().tags()));
        }
        boolean may = engineer();
        notes.setReadOnly(!may);
        tags.setReadOnly(!may);
        save.setVisible(may);
    }

    private boolean engineer() {
        return actor().role().covers(Role.ENGINEER);
    }

    private void refresh() {
        try {
            shown = models.get(actor(), name);
        } catch (Problem e) {
            UI.getCurrent().navigate(ModelsView.class);
            Toast.problem(e.sentence());
            return;
        }
        versions.setItems(shown.versions());
        if (chosen == null && !shown.versions().isEmpty()) {
            choose(shown.versions().getFirst());
        } else if (chosen != null) {
            choose(chosen);
        }
    }

    private void columns() {
        versions.setAllRowsVisible(true);
        Grid.Column<ModelVersion> number =
                versions.addColumn(ModelVersion::version).setAutoWidth(true).setFlexGrow(0);
        Grid.Column<ModelVersion> kind = versions.addColumn(version -> Language.say(
                        version.kind() == ModelVersion.Kind.ADAPTER ? "models.kind.adapter" : "models.kind.base"))
                .setAutoWidth(true);
        Grid.Column<ModelVersion> size = versions.addColumn(
                        version -> Figures.here().bytes(version.sizeBytes()))
                .setAutoWidth(true);
        Grid.Column<ModelVersion> parameters = versions.addColumn(version ->
                        version.parameters() == null ? "–" : Figures.here().count(version.parameters()))
                .setAutoWidth(true);
        Grid.Column<ModelVersion> created = versions.addColumn(
                        version -> Figures.here().dateTime(version.created()))
                .setAutoWidth(true);
        Grid.Column<ModelVersion> hash = versions.addComponentColumn(version -> {
                    Span text = new Span(version.hash().substring(0, 12));
                    text.addClassName("hearth-mono");
                    return text;
                })
                .setAutoWidth(true);
        Grid.Column<ModelVersion> aliases = versions.addColumn(this::aliasesOf).setAutoWidth(true);
        versions.addComponentColumn(this::buttons).setAutoWidth(true).setFlexGrow(1);
        text(number::setHeader, "models.column.version");
        text(kind::setHeader, "models.column.kind");
        text(size::setHeader, "models.column.size");
        text(parameters::setHeader, "models.column.parameters");
        text(created::setHeader, "models.column.created");
        text(hash::setHeader, "models.column.hash");
        text(aliases::setHeader, "models.column.aliases");
    }

    private String aliasesOf(ModelVersion version) {
        return String.join(
                ", ",
                shown.aliases().stream()
                        .filter(alias -> alias.version().equals(version.id()))
                        .map(Alias::alias)
                        .toList());
    }

    private Div buttons(ModelVersion version) {
        Div buttons = new Div();
        buttons.addClassName("hearth-actions");
        buttons.add(new DownloadLink("/api/v1/models/versions/" + version.id() + "/export", "models.export"));
        if (!engineer()) {
            return buttons;
        }
        for (String alias : Alias.ALL) {
            if (!aliasesOf(version).contains(alias)) {
                Button point = new Button(Language.say("models.alias.set", alias), clicked -> point(version, alias));
                point.addThemeVariants(ButtonVariant.TERTIARY);
                buttons.add(point);
            }
        }
        if (version.kind() == ModelVersion.Kind.ADAPTER) {
            Button merge = new Button(Language.say("models.merge"), clicked -> {
                exports.begin(actor(), version.id());
                Toast.done("models.merge.begun");
            });
            merge.addThemeVariants(ButtonVariant.TERTIARY);
            buttons.add(merge);
            exports.newest(actor(), version.id())
                    .filter(export -> export.state() == ModelExport.State.READY)
                    .ifPresent(export -> buttons.add(
                            new DownloadLink("/api/v1/models/exports/" + export.id() + "/file", "models.merged")));
        }
        Button delete = new Button(Language.say("models.delete"), clicked -> delete(version));
        delete.addThemeVariants(ButtonVariant.TERTIARY, ButtonVariant.ERROR);
        buttons.add(delete);
        return buttons;
    }

    private void point(ModelVersion version, String alias) {
        try {
            models.alias(actor(), name, alias, version.id(), null);
            Toast.done("models.alias.done", name, alias, version.version());
        } catch (Problem e) {
            if (!e.sentence().key().equals("models.alias.objection")) {
                throw e;
            }
            Confirm.withReason(
                    Sentence.of("models.alias.override", name, alias, version.version()),
                    e.sentence(),
                    Sentence.of("models.alias.anyway"),
                    reason -> {
                        models.alias(actor(), name, alias, version.id(), reason);
                        Toast.done("models.alias.done", name, alias, version.version());
                    });
        }
    }

    private void delete(ModelVersion version) {
        List<Sentence> needing = models.needing(actor(), version.id());
        if (!needing.isEmpty()) {
            Sentence all = needing.getFirst();
            for (Sentence next : needing.subList(1, needing.size())) {
                all = Sentence.of("models.and", all, next);
            }
            Toast.problem(Sentence.of("models.delete.needed", all));
            return;
        }
        Confirm.beforeLoss(
                Sentence.of("models.delete.question", name, version.version()),
                Sentence.of("models.delete.loss"),
                Sentence.of("models.delete"),
                name,
                () -> {
                    models.delete(actor(), version.id());
                    chosen = null;
                    Toast.done("models.delete.done", name, version.version());
                    refresh();
                });
    }

    private void choose(ModelVersion version) {
        chosen = version;
        sayLineage();
    }

    private void sayLineage() {
        if (chosen == null) {
            return;
        }
        lineageOf.setText(Language.say("models.lineage", chosen.model(), chosen.version()));
        LineageDrawing drawing = models.lineage(actor(), chosen.id());
        lineage.show(
                drawing.nodes().stream()
                        .map(node -> new LineageGraph.Node(
                                node.id(), node.label(), node.kind(), node.column(), node.route(), node.current()))
                        .toList(),
                drawing.edges().stream()
                        .map(edge -> new LineageGraph.Edge(edge.from(), edge.to()))
                        .toList());
    }

    private void describe() {
        models.describe(actor(), name, notes.getValue(), List.of(tags.getValue().split(",")));
        Toast.done("models.saved");
    }
}
