package io.hearth.ui.shell;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HasSize;
import com.vaadin.flow.component.HasStyle;
import com.vaadin.flow.component.Tag;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lines over steps or over time that grow while one looks. New points are added to what is drawn; the whole is drawn again only
 * when series are. Says what it shows in words for those who do not see it.
 */
@Tag("hearth-chart")
public final class LiveChart extends Component implements HasSize, HasStyle {
    /** What the horizontal axis counts. */
    public enum Across {
        /** Numbers, such as optimiser steps. */
        STEPS,
        /** Milliseconds since 1970. */
        TIME
    }

    /** How values are written. */
    public enum Unit {
        /** As they are. */
        NUMBER,
        /** Shares of one as per cent. */
        PERCENT,
        /** Bytes with their unit. */
        BYTES,
        /** With exponents where they are small. */
        SCIENTIFIC
    }

    /**
     * A line.
     *
     * @param id names it in {@link #append}
     * @param name what the legend says
     * @param right whether its values are read from an axis of their own at the right
     */
    public record Series(String id, Sentence name, boolean right) {
        public Series(String id, String key) {
            this(id, Sentence.of(key), false);
        }
    }

    /** A point. */
    public record Point(double x, double y) {}

    private final List<Series> series;
    private final Across across;
    private final Unit unit;
    private Sentence summary;

    /**
     * @param name what the chart is of, as its accessible name
     */
    public LiveChart(Sentence name, Across across, Unit unit, Series... series) {
        this.series = List.of(series);
        this.across = across;
        this.unit = unit;
        Module.load(this, "hearth-chart");
        addClassName("hearth-chart");
        setWidthFull();
        setHeight("16rem");
        getElement().setAttribute("role", "img");
        addAttachListener(attached -> setUp());
        Wording.of(this).always(() -> {
            getElement()
                    .setAttribute(
                            "aria-label",
                            summary == null ? Language.say(name) : Language.say(name) + ". " + Language.say(summary));
            if (isAttached()) {
                setUp();
            }
        });
    }

    /** Adds points to a series, after those that are there. */
    public void append(String id, List<Point> points) {
        if (!points.isEmpty()) {
            Module.call(getElement(), "append", id, json(points));
        }
    }

    /** Adds one point. */
    public void append(String id, double x, double y) {
        append(id, List.of(new Point(x, y)));
    }

    /** Replaces the points of a series. */
    public void show(String id, List<Point> points) {
        Module.call(getElement(), "show", id, json(points));
    }

    /** Takes all points away. */
    public void clear() {
        series.forEach(line -> show(line.id(), List.of()));
    }

    /** Forgets points with an x below this one: for charts of the last minutes. */
    public void forgetBefore(double x) {
        Module.call(getElement(), "forgetBefore", x);
    }

    /** Says in words what the chart shows now, such as the last value. */
    public void summary(Sentence sentence) {
        summary = sentence;
        String name = getElement().getAttribute("aria-label");
        int end = name.indexOf(". ");
        getElement()
                .setAttribute("aria-label", (end < 0 ? name : name.substring(0, end)) + ". " + Language.say(sentence));
    }

    private void setUp() {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Series line : series) {
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("id", line.id());
            described.put("name", Language.say(line.name()));
            described.put("right", line.right());
            lines.add(described);
        }
        Module.call(
                getElement(),
                "setUp",
                Json.write(Map.of(
                        "series",
                        lines,
                        "across",
                        across.name(),
                        "unit",
                        unit.name(),
                        "locale",
                        Language.tag(Language.current()),
                        "empty",
                        Language.say("shell.chart.empty"))));
    }

    private static String json(List<Point> points) {
        StringBuilder text = new StringBuilder("[");
        for (Point point : points) {
            text.append(text.length() == 1 ? "[" : ",[").append(point.x()).append(',');
            text.append(Double.isFinite(point.y()) ? point.y() : "null").append(']');
        }
        return text.append(']').toString();
    }
}
