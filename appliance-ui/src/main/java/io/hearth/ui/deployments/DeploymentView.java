package io.hearth.ui.deployments;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.deployments.Deployment.Desired;
import io.hearth.ui.gateway.Traffic;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.Node;
import io.hearth.ui.nodes.Nodes;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.LogBox;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;
import java.util.Locale;

/** One deployment: how it is, its replicas, what goes through it, its revisions, and what happened to it. */
@Route(value = "deployments/:deployment", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class DeploymentView extends Page implements BeforeEnterObserver {
    private static final int EVENTS = 50;
    private static final int LOG_BYTES = 1 << 16;

    private final Deployments deployments;
    private final Database database;
    private final Models models;
    private final Nodes nodes;
    private final Div state = new Div();
    private final Div newer = new Div();
    private final Div facts = new Div();
    private final Grid<DeploymentReport.Replica> replicas = new Grid<>();
    private final Grid<Revision> revisions = new Grid<>();
    private final Div events = new Div();
    private final LogBox log = new LogBox(Sentence.of("deployments.log"));
    private final TrafficPanel traffic;
    private final Button change = new Button();
    private final Button scale = new Button();
    private final Button drain = new Button();
    private final Button serve = new Button();
    private final Button retry = new Button();
    private final Button delete = new Button();
    private String id;
    private DeploymentReport shown;

    public DeploymentView(Deployments deployments, Database database, Models models, Nodes nodes, Traffic traffic) {
        this.deployments = deployments;
        this.database = database;
        this.models = models;
        this.nodes = nodes;
        this.traffic = new TrafficPanel(traffic);
        button(change, "deployments.change", this::change);
        button(scale, "deployments.scale", this::scale);
        button(retry, "deployments.retry", () -> deployments.retry(actor(), id));
        button(serve, "deployments.serve", () -> deployments.serve(actor(), id));
        button(drain, "deployments.drain", this::drain);
        button(delete, "deployments.delete", this::delete);
        delete.addThemeVariants(ButtonVariant.ERROR);
        actions(delete, drain, serve, retry, scale, change);
        change.addThemeVariants(ButtonVariant.PRIMARY);
        replicaColumns();
        revisionColumns();
        log.setVisible(false);
        facts.addClassName("hearth-secondary");
        add(
                state,
                newer,
                facts,
                heading("deployments.replicas"),
                replicas,
                log,
                heading("deployments.traffic"),
                this.traffic,
                heading("deployments.revisions"),
                revisions,
                heading("deployments.events"),
                events);
        inLanguage(this::refresh);
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        id = event.getRouteParameters().get("deployment").orElse("");
        endLive();
        live(News.Topic.DEPLOYMENTS, id, this::refresh);
        live(News.Topic.WORKERS, this::refresh);
        live(News.Topic.MODELS, this::refresh);
        live(News.Topic.TELEMETRY, traffic::refresh);
        if (isAttached()) {
            refresh();
        }
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        refresh();
    }

    private void refresh() {
        if (id == null || !isAttached()) {
            return;
        }
        shown = deployments.get(actor(), id);
        Deployment deployment = shown.deployment();
        title("deployments.one", deployment.name());
        Span words = new Span(Language.say(shown.observed().sentence()));
        StatusBadge badge = DeploymentsView.badge(shown);
        badge.getStyle().set("margin-inline-end", "0.75rem");
        state.removeAll();
        state.add(badge, words);
        showNewer();
        Figures figures = Figures.here();
        Settings settings = shown.revision().settings();
        facts.setText(Language.say(
                "deployments.facts",
                shown.revision().number(),
                shown.revision().label(),
                figures.count(settings.contextLength()),
                figures.count(settings.maxSequences()),
                figures.bytes(settings.cacheBytes()),
                figures.bytes(shown.revision().memoryBytes())));
        replicas.setItems(shown.replicas());
        revisions.setItems(deployments.revisions(actor(), id));
        showEvents(figures);
        traffic.show(deployment.name());
        boolean operates = actor().role().covers(Role.OPERATOR) && deployment.desired() != Desired.DELETED;
        change.setVisible(operates);
        scale.setVisible(operates);
        delete.setVisible(operates);
        drain.setVisible(operates && deployment.desired() == Desired.SERVING);
        serve.setVisible(operates && deployment.desired() == Desired.DRAINED);
        retry.setVisible(operates
                && shown.replicas().stream().anyMatch(replica -> replica.state().last()));
    }

    private void showNewer() {
        newer.removeAll();
        newer.setVisible(shown.newer() != null);
        if (shown.newer() != null) {
            newer.addClassName("hearth-panel");
            Button update = new Button(Language.say("deployments.update", shown.newer()), clicked -> {
                deployments.serveModel(actor(), id, null, null);
                Toast.done("deployments.done.changed");
            });
            update.setVisible(actor().role().covers(Role.OPERATOR));
            newer.add(
                    new Paragraph(Language.say(
                            "deployments.newer.explained", shown.revision().reference(), shown.newer())),
                    update);
        }
    }

    private void showEvents(Figures figures) {
        events.removeAll();
        for (DeploymentReport.Happened happened : deployments.events(actor(), id, EVENTS)) {
            Span time = new Span(figures.dateTime(happened.time()));
            time.addClassName("hearth-secondary");
            time.getStyle().set("margin-inline-end", "0.75rem");
            Div line = new Div(time, new Span(Language.say(happened.sentence())));
            line.getStyle().set("overflow-wrap", "anywhere");
            events.add(line);
        }
    }

    // ---- Tables
    // -------------------------------------------------------------------------------------------------------

    private void replicaColumns() {
        replicas.setAllRowsVisible(true);
        header(
                replicas.addColumn(replica -> nodeName(replica.node()) + "/" + replica.card()),
                "deployments.column.place");
        header(replicas.addComponentColumn(this::replicaBadge), "deployments.column.state");
        header(replicas.addColumn(DeploymentReport.Replica::revision), "deployments.column.revision");
        header(replicas.addColumn(DeploymentReport.Replica::running), "deployments.column.running");
        header(replicas.addColumn(DeploymentReport.Replica::attempt), "deployments.column.attempt");
        replicas.addComponentColumn(replica ->
                        new Button(Language.say("deployments.log.show"), clicked -> showLog(replica.worker())))
                .setAutoWidth(true);
    }

    private void revisionColumns() {
        revisions.setAllRowsVisible(true);
        header(revisions.addColumn(Revision::number), "deployments.column.revision");
        header(revisions.addColumn(Revision::label), "deployments.column.model");
        header(
                revisions.addColumn(revision -> Figures.here().dateTime(revision.created())),
                "deployments.column.created");
        header(revisions.addColumn(Revision::createdBy), "deployments.column.by");
        revisions.addComponentColumn(this::returning).setAutoWidth(true);
    }

    private Component returning(Revision revision) {
        if (revision.number() == shown.deployment().revision()) {
            return new Span(Language.say("deployments.revision.present"));
        }
        Button back = new Button(
                Language.say("deployments.rollback"),
                clicked -> Confirm.before(
                        Sentence.of("deployments.rollback.ask", revision.number()),
                        Sentence.of("deployments.rollback.explained", revision.label()),
                        Sentence.of("deployments.rollback"),
                        () -> {
                            deployments.rollback(actor(), id, revision.number());
                            Toast.done("deployments.done.changed");
                        }));
        back.setEnabled(actor().role().covers(Role.OPERATOR));
        return back;
    }

    private StatusBadge replicaBadge(DeploymentReport.Replica replica) {
        if (!replica.reachable()) {
            return new StatusBadge(StatusBadge.Kind.WARNING, "deployments.replica.away");
        }
        if (replica.draining()) {
            return new StatusBadge(StatusBadge.Kind.BUSY, "deployments.state.draining");
        }
        StatusBadge.Kind kind = switch (replica.state()) {
            case RUNNING -> StatusBadge.Kind.GOOD;
            case FAILED -> StatusBadge.Kind.BAD;
            case WAITING -> StatusBadge.Kind.WARNING;
            default -> StatusBadge.Kind.BUSY;
        };
        StatusBadge badge = new StatusBadge(
                kind,
                Sentence.of("deployments.replica." + replica.state().name().toLowerCase(Locale.ROOT)));
        if (replica.reason() != null) {
            badge.setTitle(replica.reason());
        }
        return badge;
    }

    private String nodeName(String node) {
        return database.read(handle -> nodes.find(handle, node)).map(Node::name).orElse(node);
    }

    private void showLog(String worker) {
        log.setVisible(true);
        log.show(deployments.log(actor(), id, worker, -LOG_BYTES, LOG_BYTES).text());
    }

    // ---- Actions
    // ------------------------------------------------------------------------------------------------------

    private void button(Button button, String key, Runnable action) {
        text(button::setText, key);
        button.addClickListener(clicked -> action.run());
    }

    private void change() {
        DeployDialog.change(database.read(models::references), shown, wish -> {
                    deployments.serveModel(actor(), id, wish.model(), wish.settings());
                    Toast.done("deployments.done.changed");
                })
                .open();
    }

    private void scale() {
        IntegerField count = new IntegerField(Language.say("deployments.field.replicas"));
        count.setValue(shown.deployment().replicas());
        count.setMin(1);
        count.setStepButtonsVisible(true);
        com.vaadin.flow.component.dialog.Dialog dialog = new com.vaadin.flow.component.dialog.Dialog(count);
        dialog.setHeaderTitle(Language.say("deployments.scale"));
        Button go = new Button(Language.say("deployments.scale.go"), clicked -> {
            deployments.scale(actor(), id, count.getValue() == null ? 0 : count.getValue());
            dialog.close();
        });
        go.addThemeVariants(ButtonVariant.PRIMARY);
        dialog.getFooter().add(new Button(Language.say("shell.cancel"), clicked -> dialog.close()), go);
        dialog.open();
    }

    private void drain() {
        Confirm.before(
                Sentence.of("deployments.drain.ask", shown.deployment().name()),
                Sentence.of("deployments.drain.explained"),
                Sentence.of("deployments.drain"),
                () -> deployments.drain(actor(), id));
    }

    private void delete() {
        Confirm.beforeLoss(
                Sentence.of("deployments.delete.ask", shown.deployment().name()),
                Sentence.of("deployments.delete.explained"),
                Sentence.of("deployments.delete"),
                shown.deployment().name(),
                () -> {
                    deployments.delete(actor(), id);
                    UI.getCurrent().navigate(DeploymentsView.class);
                });
    }

    private H2 heading(String key) {
        H2 heading = new H2();
        text(heading::setText, key);
        return heading;
    }

    private void header(Grid.Column<?> column, String key) {
        column.setAutoWidth(true);
        text(column::setHeader, key);
    }
}
