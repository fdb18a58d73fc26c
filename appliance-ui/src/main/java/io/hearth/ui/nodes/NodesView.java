package io.hearth.ui.nodes;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import jakarta.annotation.security.RolesAllowed;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All nodes, live. */
@Route(value = "nodes", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class NodesView extends Page {
    private final Database database;
    private final NodeService nodes;
    private final Telemetry telemetry;
    private final JoinCodes codes;
    private final NodePort port;
    private final Clock clock;
    private final Button add = new Button();
    private final Anchor sticks = new Anchor("/nodes/sticks");
    private final Div tiles = new Div();
    private final Div waiting = new Div();
    private final Div empty = new Div();
    private final Map<String, NodeTilePanel> byId = new LinkedHashMap<>();
    private List<Node> shown = List.of();

    public NodesView(
            Database database, NodeService nodes, Telemetry telemetry, JoinCodes codes, NodePort port, Clock clock) {
        this.database = database;
        this.nodes = nodes;
        this.telemetry = telemetry;
        this.codes = codes;
        this.port = port;
        this.clock = clock;
        title("nodes.title");
        lead("nodes.lead");
        add.addThemeVariants(ButtonVariant.PRIMARY);
        text(add::setText, "nodes.add");
        add.addClickListener(clicked -> addNode());
        text(sticks::setText, "nodes.sticks");
        actions(sticks, add);
        tiles.addClassName("hearth-columns");
        tiles.getStyle().set("align-items", "start");
        waiting.addClassName("hearth-panel");
        add(empty, tiles, waiting);
        inLanguage(this::refreshFigures);
        live(News.Topic.NODES, this::refresh);
        live(News.Topic.TELEMETRY, this::refreshFigures);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        add.setVisible(actor().role().covers(Role.ADMINISTRATOR));
        sticks.setVisible(add.isVisible());
        refresh();
    }

    private void refresh() {
        List<Node> now = database.read(nodes::all);
        if (!sameTiles(now)) {
            byId.clear();
            tiles.removeAll();
            for (Node node : now) {
                NodeTilePanel tile = new NodeTilePanel(node);
                byId.put(node.id(), tile);
                tiles.add(tile);
            }
        }
        shown = now;
        empty.removeAll();
        if (now.isEmpty()) {
            empty.add(emptyState());
        }
        showCodes();
        refreshFigures();
    }

    private EmptyState emptyState() {
        if (!actor().role().covers(Role.ADMINISTRATOR)) {
            return new EmptyState("nodes.empty.title", "nodes.empty.text");
        }
        Button begin = new Button(io.hearth.ui.shell.Language.say("nodes.add"), clicked -> addNode());
        begin.addThemeVariants(ButtonVariant.PRIMARY);
        return new EmptyState("nodes.empty.title", "nodes.empty.text", begin);
    }

    private boolean sameTiles(List<Node> now) {
        return now.stream()
                .map(node -> List.of(node.id(), node.name(), node.cards()))
                .toList()
                .equals(shown.stream()
                        .map(node -> List.of(node.id(), node.name(), node.cards()))
                        .toList());
    }

    private void refreshFigures() {
        long now = clock.millis();
        shown.forEach(node -> byId.get(node.id()).show(node, telemetry.live(node.id()), now));
    }

    private void showCodes() {
        waiting.removeAll();
        List<JoinCodes.Open> open = actor().role().covers(Role.ADMINISTRATOR) ? database.read(codes::open) : List.of();
        waiting.setVisible(!open.isEmpty());
        if (open.isEmpty()) {
            return;
        }
        H2 heading = new H2();
        text(heading::setText, "nodes.codes");
        waiting.add(heading);
        for (JoinCodes.Open code : open) {
            Span what = new Span();
            text(
                    what::setText,
                    "nodes.code",
                    code.note().isEmpty() ? code.id() : code.note(),
                    code.createdBy(),
                    Figures.here().dateTime(code.expires()));
            Button withdraw = new Button();
            text(withdraw::setText, "nodes.code.withdraw");
            withdraw.addThemeVariants(ButtonVariant.TERTIARY);
            withdraw.addClickListener(clicked -> {
                codes.withdraw(actor(), code.id());
                refresh();
            });
            Div line = new Div(what, withdraw);
            line.addClassName("hearth-actions");
            waiting.add(line);
        }
    }

    private void addNode() {
        new AddNodeDialog(codes, port.port(), actor()).open();
    }
}
