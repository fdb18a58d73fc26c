package io.hearth.ui.shell;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Composite;
import com.vaadin.flow.component.HasSize;
import com.vaadin.flow.component.HasStyle;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.ListItem;
import com.vaadin.flow.component.html.UnorderedList;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import java.util.List;
import java.util.Map;

/**
 * What was made of what, drawn from left to right; a click on a thing goes to its page. The same is there as a list of links for
 * the keyboard and for those who do not see the drawing.
 */
public final class LineageGraph extends Composite<Div> implements HasSize, HasStyle {
    /**
     * A thing.
     *
     * @param id its id
     * @param label what it is called
     * @param kind what it is: things of a kind have a colour
     * @param column place from the left, from 0
     * @param route page to go to, without a slash in front; empty: none
     * @param current whether the page is about this one
     */
    public record Node(String id, String label, Sentence kind, int column, String route, boolean current) {}

    /** One thing was made of another. */
    public record Edge(String from, String to) {}

    @Tag("hearth-graph")
    private static final class Drawing extends Component implements HasSize {}

    private final Drawing drawing = new Drawing();
    private final UnorderedList links = new UnorderedList();
    private List<Node> nodes = List.of();
    private List<Edge> edges = List.of();

    public LineageGraph() {
        Module.load(drawing, "hearth-chart");
        drawing.setWidthFull();
        drawing.setHeight("18rem");
        drawing.getElement().setAttribute("aria-hidden", "true");
        drawing.getElement()
                .addEventListener(
                        "open",
                        event -> open(event.getEventData().get("event.detail").asString()))
                .addEventData("event.detail");
        drawing.addAttachListener(attached -> draw());
        links.addClassName("hearth-lineage-links");
        getContent().add(drawing, links);
        getContent().setWidthFull();
        Wording.of(this).always(() -> show(nodes, edges));
    }

    /** Draws these things. */
    public void show(List<Node> things, List<Edge> relations) {
        nodes = List.copyOf(things);
        edges = List.copyOf(relations);
        links.removeAll();
        for (Node node : nodes) {
            String text = Language.say(node.kind()) + ": " + node.label();
            links.add(node.route().isEmpty() ? new ListItem(text) : new ListItem(new Anchor(node.route(), text)));
        }
        if (drawing.isAttached()) {
            draw();
        }
    }

    private void draw() {
        List<Map<String, Object>> drawn = nodes.stream()
                .map(node -> Map.<String, Object>of(
                        "id",
                        node.id(),
                        "label",
                        node.label(),
                        "kind",
                        Language.say(node.kind()),
                        "column",
                        node.column(),
                        "current",
                        node.current()))
                .toList();
        Module.call(drawing.getElement(), "draw", Json.write(Map.of("nodes", drawn, "edges", edges)));
    }

    private void open(String id) {
        nodes.stream()
                .filter(node -> node.id().equals(id) && !node.route().isEmpty())
                .findFirst()
                .ifPresent(node -> UI.getCurrent().navigate(node.route()));
    }
}
