package io.hearth.ui.nodes;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import io.hearth.protocol.CardInfo;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.LiveChart;
import io.hearth.ui.shell.Wording;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Charts of a node and its cards over a time; in the shortest range they move with every second. */
final class NodeChartsPanel extends Div {
    private static final int POINTS = 600;

    private final Database database;
    private final Telemetry telemetry;
    private final Clock clock;
    private final List<Line> lines = new ArrayList<>();
    private Node node;
    private Duration range;
    private long last;

    /**
     * A chart.
     *
     * @param series the machine or a card
     * @param figures names of its lines
     */
    private record Line(LiveChart chart, String series, List<String> figures) {}

    NodeChartsPanel(Database database, Telemetry telemetry, Clock clock) {
        this.database = database;
        this.telemetry = telemetry;
        this.clock = clock;
        setWidthFull();
    }

    void show(Node shown, Duration over) {
        node = shown;
        range = over;
        build();
        long now = clock.millis();
        last = now;
        for (Line line : lines) {
            put(line, points(line, now - range.toMillis(), now), true);
        }
    }

    /** A second has passed. */
    void second() {
        if (node == null || !range.equals(Duration.ofMinutes(10))) {
            return;
        }
        long now = clock.millis();
        for (Line line : lines) {
            put(line, points(line, last, now), false);
            line.chart().forgetBefore(now - range.toMillis());
        }
        last = now;
    }

    private void build() {
        removeAll();
        lines.clear();
        Div host = columns(Sentence.of("nodes.machine"));
        host.add(
                chart("nodes.chart.cpu", LiveChart.Unit.PERCENT, Telemetry.HOST, Samples.CPU),
                chart("nodes.chart.memory", LiveChart.Unit.BYTES, Telemetry.HOST, Samples.MEMORY),
                chart("nodes.chart.network", LiveChart.Unit.BYTES, Telemetry.HOST, Samples.RECEIVED, Samples.SENT),
                chart(
                        "nodes.chart.disk",
                        LiveChart.Unit.BYTES,
                        Telemetry.HOST,
                        Samples.DISK_READ,
                        Samples.DISK_WRITTEN));
        for (CardInfo card : node.cards()) {
            Div columns = columns(Sentence.of("nodes.card", card.id(), card.model()));
            columns.add(
                    chart("nodes.chart.utilisation", LiveChart.Unit.PERCENT, card.id(), Samples.UTILISATION),
                    chart("nodes.chart.card-memory", LiveChart.Unit.BYTES, card.id(), Samples.MEMORY),
                    chart("nodes.chart.temperature", LiveChart.Unit.NUMBER, card.id(), Samples.TEMPERATURE),
                    chart("nodes.chart.power", LiveChart.Unit.NUMBER, card.id(), Samples.POWER));
        }
    }

    private Div columns(Sentence title) {
        H3 heading = new H3();
        Wording.of(heading).text(heading::setText, title);
        heading.getStyle().set("margin-block", "1rem 0.5rem");
        Div columns = new Div();
        columns.addClassName("hearth-columns");
        add(heading, columns);
        return columns;
    }

    private Div chart(String key, LiveChart.Unit unit, String series, String... figures) {
        LiveChart.Series[] named = List.of(figures).stream()
                .map(figure -> new LiveChart.Series(figure, "nodes.figure." + figure))
                .toArray(LiveChart.Series[]::new);
        LiveChart chart = new LiveChart(Sentence.of(key), LiveChart.Across.TIME, unit, named);
        chart.setHeight("12rem");
        lines.add(new Line(chart, series, List.of(figures)));
        Div name = new Div();
        Wording.of(name).text(name::setText, key);
        name.addClassName("hearth-secondary");
        return new Div(name, chart);
    }

    private List<Point> points(Line line, long from, long to) {
        return database.read(h -> telemetry.history(h, node.id(), line.series(), from, to, POINTS));
    }

    private static void put(Line line, List<Point> points, boolean whole) {
        for (String figure : line.figures()) {
            List<LiveChart.Point> drawn = points.stream()
                    .filter(point -> point.figures().containsKey(figure))
                    .map(point -> new LiveChart.Point(
                            point.time(), point.figures().get(figure).mean()))
                    .toList();
            if (whole) {
                line.chart().show(figure, drawn);
            } else {
                line.chart().append(figure, drawn);
            }
        }
    }
}
