package io.hearth.ui.overview;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.ListItem;
import com.vaadin.flow.component.html.OrderedList;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.html.UnorderedList;
import com.vaadin.flow.component.icon.Icon;
import com.vaadin.flow.component.icon.VaadinIcon;
import com.vaadin.flow.component.progressbar.ProgressBar;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.nodes.Node;
import io.hearth.ui.nodes.NodeService;
import io.hearth.ui.nodes.NodeTilePanel;
import io.hearth.ui.nodes.Telemetry;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.StatusBadge;
import jakarta.annotation.security.RolesAllowed;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The first page: what to do next, what needs a person, what goes on, and the fleet this second. */
@Route(value = "", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class OverviewView extends Page {
    private final Database database;
    private final Overview overview;
    private final NodeService nodes;
    private final Telemetry telemetry;
    private final Clock clock;
    private final Div steps = new Div();
    private final Div attention = new Div();
    private final Div activities = new Div();
    private final Div fleet = new Div();
    private final Div tiles = new Div();
    private final Map<String, NodeTilePanel> byId = new LinkedHashMap<>();
    private List<Node> shown = List.of();
    private List<Object> drawn = List.of();

    public OverviewView(Database database, Overview overview, NodeService nodes, Telemetry telemetry, Clock clock) {
        this.database = database;
        this.overview = overview;
        this.nodes = nodes;
        this.telemetry = telemetry;
        this.clock = clock;
        title("overview.title");
        lead("overview.lead");
        steps.addClassName("hearth-panel");
        attention.addClassName("hearth-panel");
        activities.addClassName("hearth-columns");
        tiles.addClassName("hearth-columns");
        tiles.getStyle().set("align-items", "start");
        fleet.add(heading("overview.fleet"), tiles);
        fleet.setWidthFull();
        add(steps, attention, activities, fleet);
        inLanguage(this::redraw);
        for (News.Topic topic : News.Topic.values()) {
            if (topic != News.Topic.TELEMETRY && topic != News.Topic.AUDIT && topic != News.Topic.USAGE) {
                live(topic, this::refresh);
            }
        }
        live(News.Topic.TELEMETRY, this::refreshFigures);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        redraw();
    }

    private void redraw() {
        drawn = List.of();
        if (isAttached()) {
            refresh();
        }
    }

    private void refresh() {
        database.read(h -> {
            List<Overview.Standing> standing = overview.steps(h);
            List<Attention.Notice> notices = overview.notices(h);
            List<Overview.Going> going = overview.activities(h);
            List<Object> now = List.of(standing, notices, going);
            if (!now.equals(drawn)) {
                drawn = now;
                showSteps(standing);
                showAttention(notices);
                showActivities(going);
            }
            showFleet(nodes.all(h));
            return null;
        });
        refreshFigures();
    }

    private void showSteps(List<Overview.Standing> standing) {
        steps.removeAll();
        steps.setVisible(!standing.isEmpty());
        OrderedList list = new OrderedList();
        plain(list);
        for (Overview.Standing step : standing) {
            Icon icon = (step.done() ? VaadinIcon.CHECK_CIRCLE : VaadinIcon.CIRCLE_THIN).create();
            icon.getStyle()
                    .set("color", step.done() ? "var(--hearth-good)" : "var(--hearth-off)")
                    .set("flex", "none");
            icon.getElement().setAttribute("role", "img");
            icon.getElement()
                    .setAttribute(
                            "aria-label", Language.say(step.done() ? "overview.step.done" : "overview.step.open"));
            Span title = new Span(link(step));
            title.getStyle().set("font-weight", step.next() ? "600" : "400");
            Span text = new Span(Language.say(step.text()));
            text.addClassName("hearth-secondary");
            text.setVisible(!step.done());
            Div words = new Div(title, new Div(text));
            ListItem item = new ListItem(icon, words);
            item.getStyle().set("display", "flex").set("gap", "0.75rem").set("padding-block", "0.3rem");
            list.add(item);
        }
        steps.add(heading("overview.steps"), list);
    }

    private Component link(Overview.Standing step) {
        String words = Language.say(step.title());
        return step.done() || !actor().role().covers(step.needed()) ? new Span(words) : new Anchor(step.link(), words);
    }

    private void showAttention(List<Attention.Notice> notices) {
        attention.removeAll();
        UnorderedList list = new UnorderedList();
        plain(list);
        for (Attention.Notice notice : notices) {
            boolean fault = notice.level() == Attention.Level.FAULT;
            StatusBadge badge = new StatusBadge(
                    fault ? StatusBadge.Kind.BAD : StatusBadge.Kind.WARNING,
                    Sentence.of(fault ? "overview.fault" : "overview.warning"));
            badge.getStyle().set("flex", "none");
            String words = Language.say(notice.text());
            Component text = notice.link().isEmpty() ? new Span(words) : new Anchor(notice.link(), words);
            ListItem item = new ListItem(badge, text);
            item.getStyle()
                    .set("display", "flex")
                    .set("gap", "0.75rem")
                    .set("align-items", "baseline")
                    .set("padding-block", "0.3rem");
            list.add(item);
        }
        attention.add(heading("overview.attention"));
        if (notices.isEmpty()) {
            Paragraph well = new Paragraph(Language.say("overview.attention.none"));
            well.addClassName("hearth-secondary");
            attention.add(well);
        } else {
            attention.add(list);
        }
    }

    private void showActivities(List<Overview.Going> going) {
        activities.removeAll();
        for (Overview.Going feature : going) {
            Div panel = new Div(new H2(new Anchor(feature.link(), Language.say(feature.title()))));
            panel.addClassName("hearth-panel");
            if (feature.lines().isEmpty()) {
                Paragraph none = new Paragraph(Language.say("overview.activity.none"));
                none.addClassName("hearth-secondary");
                panel.add(none);
            }
            for (Activity.Line line : feature.lines()) {
                panel.add(line(line));
            }
            activities.add(panel);
        }
    }

    private static Div line(Activity.Line line) {
        Span state = new Span(Language.say(line.state()));
        state.addClassName("hearth-secondary");
        Div words = new Div(new Anchor(line.link(), line.name()), state);
        words.getStyle()
                .set("display", "flex")
                .set("justify-content", "space-between")
                .set("gap", "0.75rem")
                .set("flex-wrap", "wrap");
        Div row = new Div(words);
        if (line.progress() != null) {
            ProgressBar bar = new ProgressBar(0, 1, Math.clamp(line.progress(), 0, 1));
            bar.getElement()
                    .setAttribute(
                            "aria-label", line.name() + " " + Figures.here().percent(line.progress()));
            row.add(bar);
        }
        return row;
    }

    private void showFleet(List<Node> now) {
        List<?> before = shown.stream().map(OverviewView::looks).toList();
        if (!now.stream().map(OverviewView::looks).toList().equals(before)) {
            byId.clear();
            tiles.removeAll();
            for (Node node : now) {
                NodeTilePanel tile = new NodeTilePanel(node);
                byId.put(node.id(), tile);
                tiles.add(tile);
            }
        }
        shown = now;
        fleet.setVisible(!now.isEmpty());
    }

    private static List<Object> looks(Node node) {
        return List.of(node.id(), node.name(), node.cards());
    }

    private void refreshFigures() {
        long now = clock.millis();
        shown.forEach(node -> byId.get(node.id()).show(node, telemetry.live(node.id()), now));
    }

    private H2 heading(String key) {
        H2 heading = new H2();
        heading.setText(Language.say(key));
        io.hearth.ui.shell.Wording.of(heading).text(heading::setText, key);
        return heading;
    }

    private static void plain(Component list) {
        list.getStyle().set("list-style", "none").set("padding", "0").set("margin", "0");
    }
}
