package io.hearth.ui.nodes;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.DescriptionList;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.orderedlayout.FlexLayout;
import com.vaadin.flow.component.tabs.Tab;
import com.vaadin.flow.component.tabs.Tabs;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.NotFoundException;
import com.vaadin.flow.router.Route;
import io.hearth.protocol.HostInfo;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** One node: what it is, its charts, its workers. */
@Route(value = "nodes/:node", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class NodeView extends Page implements BeforeEnterObserver {
    private static final List<Duration> RANGES =
            List.of(Duration.ofMinutes(10), Duration.ofHours(24), Duration.ofDays(7), Duration.ofDays(30));

    private final Database database;
    private final NodeService nodes;
    private final Telemetry telemetry;
    private final Clock clock;
    private final Button revoke = new Button();
    private final Div now = new Div();
    private final DescriptionList facts = new DescriptionList();
    private final Tabs ranges = new Tabs();
    private final CardsPanel cards = new CardsPanel();
    private final NodeIncidentsPanel incidents;
    private final NodeChartsPanel charts;
    private final NodeWorkersPanel workers;
    private Node node;
    private NodeTilePanel tile;

    public NodeView(Database database, NodeService nodes, WorkerService service, Telemetry telemetry, Clock clock) {
        this.database = database;
        this.nodes = nodes;
        this.telemetry = telemetry;
        this.clock = clock;
        this.charts = new NodeChartsPanel(database, telemetry, clock);
        this.workers = new NodeWorkersPanel(database, service);
        this.incidents = new NodeIncidentsPanel(database);
        revoke.addThemeVariants(ButtonVariant.ERROR);
        text(revoke::setText, "nodes.revoke");
        revoke.addClickListener(clicked -> revoke());
        actions(revoke);
        facts.addClassName("hearth-facts");
        Div top = new Div(now, new Div(facts));
        top.addClassName("hearth-columns");
        for (Duration range : RANGES) {
            Tab tab = new Tab();
            text(tab::setLabel, "nodes.range." + range.toMinutes());
            ranges.add(tab);
        }
        ranges.addSelectedChangeListener(changed -> charts.show(node, RANGES.get(ranges.getSelectedIndex())));
        H2 history = new H2();
        text(history::setText, "nodes.history");
        FlexLayout head = new FlexLayout(history, ranges);
        head.setJustifyContentMode(FlexLayout.JustifyContentMode.BETWEEN);
        head.setAlignItems(FlexLayout.Alignment.CENTER);
        head.setFlexWrap(FlexLayout.FlexWrap.WRAP);
        head.setWidthFull();
        add(top, workers, cards, incidents, head, charts);
        inLanguage(() -> {
            if (node != null) {
                refresh();
            }
        });
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        String id = event.getRouteParameters().get("node").orElse("");
        node = database.read(h -> nodes.find(h, id)).orElseThrow(NotFoundException::new);
        title("nodes.node.title", node.name());
        tile = new NodeTilePanel(node);
        now.removeAll();
        now.add(tile);
        endLive();
        live(News.Topic.NODES, id, this::refresh);
        live(News.Topic.TELEMETRY, id, this::second);
        live(News.Topic.WORKERS, this::showWorkers);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        refresh();
        charts.show(node, RANGES.get(ranges.getSelectedIndex()));
        showWorkers();
    }

    private void refresh() {
        node = database.read(h -> nodes.find(h, node.id())).orElse(node);
        revoke.setVisible(
                isAttached() && actor().role().covers(Role.ADMINISTRATOR) && node.state() != Node.State.REVOKED);
        showFacts();
        if (!tile.shows(node)) {
            tile = new NodeTilePanel(node);
            now.removeAll();
            now.add(tile);
        }
        showSecond();
        incidents.show(node);
    }

    private void second() {
        showSecond();
        charts.second();
    }

    private void showSecond() {
        tile.show(node, telemetry.live(node.id()), clock.millis());
        cards.show(node, telemetry.live(node.id()), Figures.here());
    }

    private void showWorkers() {
        workers.show(node);
    }

    private void showFacts() {
        Figures figures = Figures.here();
        facts.removeAll();
        HostInfo host = node.host();
        if (host != null) {
            fact("nodes.fact.host", host.name());
            fact("nodes.fact.system", host.system() + " (" + host.architecture() + ")");
            fact("nodes.fact.processor", host.processor());
            fact("nodes.fact.cores", figures.count(host.cores()));
            fact("nodes.fact.memory", figures.bytes(host.memoryBytes()));
        }
        if (node.software() != null) {
            fact("nodes.fact.software", node.software());
        }
        fact("nodes.fact.enrolled", figures.dateTime(node.enrolled()));
        fact("nodes.fact.certificate", figures.date(node.certificateEnds()));
        fact("nodes.fact.id", node.id());
    }

    private void fact(String key, String value) {
        facts.add(new DescriptionList.Term(Language.say(key)), new DescriptionList.Description(value));
    }

    private void revoke() {
        long running = workers.running();
        Confirm.beforeLoss(
                Sentence.of("nodes.revoke.title", node.name()),
                running == 0
                        ? Sentence.of("nodes.revoke.idle")
                        : Sentence.of("nodes.revoke.loss", running, workers.owners()),
                Sentence.of("nodes.revoke"),
                node.name(),
                () -> {
                    nodes.revoke(actor(), node.id());
                    Toast.done("nodes.revoked", node.name());
                    refresh();
                });
    }
}
