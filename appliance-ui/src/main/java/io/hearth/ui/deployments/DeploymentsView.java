package io.hearth.ui.deployments;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.router.RouteParameters;
import com.vaadin.flow.router.RouterLink;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.Nodes;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.StatusBadge;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;
import java.util.Locale;

/** All deployments, with their state in words. */
@Route(value = "deployments", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class DeploymentsView extends Page {
    private final Deployments deployments;
    private final Database database;
    private final Models models;
    private final Nodes nodes;
    private final Button add = new Button();
    private final Grid<DeploymentReport> grid = new Grid<>();
    private final Div empty = new Div();

    public DeploymentsView(Deployments deployments, Database database, Models models, Nodes nodes) {
        this.deployments = deployments;
        this.database = database;
        this.models = models;
        this.nodes = nodes;
        title("deployments.title");
        lead("deployments.lead");
        add.addThemeVariants(ButtonVariant.PRIMARY);
        add.addClickListener(clicked -> create());
        text(add::setText, "deployments.add");
        actions(add);
        columns();
        inLanguage(() -> grid.getDataProvider().refreshAll());
        add(empty, grid);
        live(News.Topic.DEPLOYMENTS, this::refresh);
        live(News.Topic.WORKERS, this::refresh);
        live(News.Topic.MODELS, this::refresh);
    }

    private void columns() {
        grid.setAllRowsVisible(true);
        Grid.Column<DeploymentReport> name = grid.addComponentColumn(report -> new RouterLink(
                        report.deployment().name(),
                        DeploymentView.class,
                        of(report.deployment().id())))
                .setAutoWidth(true)
                .setFlexGrow(0);
        Grid.Column<DeploymentReport> state = grid.addComponentColumn(DeploymentsView::badge)
                .setAutoWidth(true)
                .setFlexGrow(0);
        Grid.Column<DeploymentReport> model = grid.addComponentColumn(DeploymentsView::model)
                .setAutoWidth(true)
                .setFlexGrow(0);
        Grid.Column<DeploymentReport> explanation = grid.addComponentColumn(report -> {
                    Span words = new Span(Language.say(report.observed().sentence()));
                    words.getStyle().set("white-space", "normal");
                    return words;
                })
                .setFlexGrow(1);
        text(name::setHeader, "deployments.column.name");
        text(state::setHeader, "deployments.column.state");
        text(model::setHeader, "deployments.column.model");
        text(explanation::setHeader, "deployments.column.explanation");
    }

    private static RouteParameters of(String id) {
        return new RouteParameters("deployment", id);
    }

    static StatusBadge badge(DeploymentReport report) {
        return new StatusBadge(
                kind(report.observed().state()), word(report.observed().state()));
    }

    static StatusBadge.Kind kind(Observed.State state) {
        return switch (state) {
            case SERVING -> StatusBadge.Kind.GOOD;
            case STARTING, DRAINING -> StatusBadge.Kind.BUSY;
            case DEGRADED -> StatusBadge.Kind.WARNING;
            case FAILED -> StatusBadge.Kind.BAD;
            case STOPPED -> StatusBadge.Kind.OFF;
        };
    }

    static Sentence word(Observed.State state) {
        return Sentence.of("deployments.state." + state.name().toLowerCase(Locale.ROOT));
    }

    private static Div model(DeploymentReport report) {
        Div words = new Div(new Span(report.revision().label()));
        if (report.newer() != null) {
            Span newer = new Span(Language.say("deployments.newer", report.newer()));
            newer.addClassName("hearth-secondary");
            newer.getStyle().set("display", "block");
            words.add(newer);
        }
        return words;
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        add.setVisible(actor().role().covers(Role.OPERATOR));
        refresh();
    }

    private void refresh() {
        List<DeploymentReport> all = deployments.list(actor());
        grid.setItems(all);
        grid.setVisible(!all.isEmpty());
        empty.removeAll();
        if (all.isEmpty()) {
            Button begin = new Button(Language.say("deployments.add"), clicked -> create());
            begin.setVisible(add.isVisible());
            empty.add(new EmptyState("deployments.empty.title", "deployments.empty.text", begin));
        }
    }

    private void create() {
        DeployDialog.fresh(database.read(models::references), database.read(nodes::all), wish -> {
                    String id = deployments.create(actor(), wish);
                    UI.getCurrent().navigate(DeploymentView.class, of(id));
                })
                .open();
    }
}
