package io.hearth.ui.deployments;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.gateway.Traffic;
import io.hearth.ui.shell.LiveChart;
import io.hearth.ui.shell.LiveChart.Point;
import io.hearth.ui.shell.LiveChart.Series;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What goes through a deployment, second by second, for the last minutes. */
final class TrafficPanel extends Div {
    private static final int SECONDS = 300;

    private final Traffic traffic;
    private final LiveChart requests = chart(
            "deployments.chart.requests",
            new Series("requests", "deployments.chart.requests"),
            new Series("failures", "deployments.chart.failures"));
    private final LiveChart tokens =
            chart("deployments.chart.tokens", new Series("tokens", "deployments.chart.tokens"));
    private final LiveChart latency = chart(
            "deployments.chart.latency",
            new Series("mean", "deployments.chart.mean"),
            new Series("slowest", "deployments.chart.slowest"));
    private String name;
    private long last;

    TrafficPanel(Traffic traffic) {
        this.traffic = traffic;
        addClassName("hearth-columns");
        add(
                titled("deployments.chart.requests", requests),
                titled("deployments.chart.tokens", tokens),
                titled("deployments.chart.latency", latency));
        setWidthFull();
    }

    private static Div titled(String key, LiveChart chart) {
        H3 title = new H3();
        title.getStyle().set("font-size", "1rem").set("margin-block", "0.5rem 0.25rem");
        Wording.of(title).text(title::setText, key);
        Div all = new Div(title, chart);
        // A chart gives way when the page becomes narrow.
        all.getStyle().set("min-width", "0");
        return all;
    }

    private static LiveChart chart(String name, Series... series) {
        return new LiveChart(Sentence.of(name), LiveChart.Across.TIME, LiveChart.Unit.NUMBER, series);
    }

    /** Shows a deployment. */
    void show(String model) {
        if (!model.equals(name)) {
            name = model;
            last = 0;
            refresh();
        }
    }

    /** Adds the seconds since the last look. */
    void refresh() {
        if (name == null) {
            return;
        }
        List<Traffic.Second> seconds = traffic.last(name, SECONDS);
        List<Traffic.Second> fresh =
                seconds.stream().filter(second -> second.time() > last).toList();
        if (fresh.isEmpty()) {
            return;
        }
        if (last == 0) {
            requests.clear();
            tokens.clear();
            latency.clear();
        }
        last = fresh.getLast().time();
        append(requests, "requests", fresh, Traffic.Second::requests);
        append(requests, "failures", fresh, Traffic.Second::failures);
        append(tokens, "tokens", fresh, Traffic.Second::tokens);
        append(latency, "mean", fresh, second -> number(second.firstByteMillis()));
        append(latency, "slowest", fresh, second -> number(second.slowestMillis()));
        long oldest = last - SECONDS * 1000L;
        requests.forgetBefore(oldest);
        tokens.forgetBefore(oldest);
        latency.forgetBefore(oldest);
    }

    private static double number(Double value) {
        return value == null ? Double.NaN : value;
    }

    private static void append(
            LiveChart chart, String id, List<Traffic.Second> seconds, ToDoubleFunction<Traffic.Second> value) {
        chart.append(
                id,
                seconds.stream()
                        .map(second -> new Point(second.time(), value.applyAsDouble(second)))
                        .toList());
    }
}
