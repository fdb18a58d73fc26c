package io.hearth.ui.jobs;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.LiveChart;
import io.hearth.ui.shell.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The charts of a job: loss, learning rate, norm of the gradient, tokens per second. They grow by what is new. */
final class ChartsPanel extends Div {
    private static final int MOST = 1500;

    private final LiveChart loss = chart(
            "jobs.chart.loss",
            LiveChart.Unit.NUMBER,
            new LiveChart.Series("train", "jobs.chart.loss.train"),
            new LiveChart.Series("evaluation", "jobs.chart.loss.evaluation"));
    private final LiveChart rate =
            chart("jobs.chart.rate", LiveChart.Unit.SCIENTIFIC, new LiveChart.Series("rate", "jobs.chart.rate"));
    private final LiveChart norm =
            chart("jobs.chart.norm", LiveChart.Unit.NUMBER, new LiveChart.Series("norm", "jobs.chart.norm"));
    private final LiveChart speed =
            chart("jobs.chart.speed", LiveChart.Unit.NUMBER, new LiveChart.Series("speed", "jobs.chart.speed"));
    private int lastStep = -1;
    private int lastEvaluation = -1;
    private int attempt;

    /** Gives points after a step. */
    interface Source {
        List<Metric> after(String kind, int step, int most);
    }

    ChartsPanel() {
        addClassName("hearth-columns");
        add(
                panel("jobs.chart.loss", loss),
                panel("jobs.chart.speed", speed),
                panel("jobs.chart.rate", rate),
                panel("jobs.chart.norm", norm));
    }

    /** Adds what is new since the last time. */
    void refresh(Job job, Source source) {
        if (job.attempt() != attempt || job.progress().step() < lastStep) {
            attempt = job.attempt();
            clear();
        }
        List<Metric> steps = source.after("step", lastStep, MOST);
        if (!steps.isEmpty()) {
            loss.append("train", points(steps, Metric::loss));
            rate.append("rate", points(steps, Metric::learningRate));
            norm.append("norm", points(steps, Metric::gradNorm));
            speed.append("speed", points(steps, Metric::tokensPerSecond));
            Metric last = steps.getLast();
            lastStep = last.step();
            if (last.loss() != null) {
                loss.summary(Sentence.of(
                        "jobs.chart.loss.now", last.step(), Figures.here().decimal(last.loss(), 4)));
            }
        }
        List<Metric> evaluations = source.after("evaluation", lastEvaluation, MOST);
        if (!evaluations.isEmpty()) {
            loss.append("evaluation", points(evaluations, Metric::loss));
            lastEvaluation = evaluations.getLast().step();
        }
    }

    /** Begins from nothing, as when the page shows another job. */
    void clear() {
        lastStep = -1;
        lastEvaluation = -1;
        List.of(loss, rate, norm, speed).forEach(LiveChart::clear);
    }

    private static List<LiveChart.Point> points(List<Metric> metrics, Function<Metric, Double> value) {
        List<LiveChart.Point> points = new ArrayList<>();
        for (Metric metric : metrics) {
            Double y = value.apply(metric);
            points.add(new LiveChart.Point(metric.step(), y == null ? Double.NaN : y));
        }
        return points;
    }

    private static LiveChart chart(String name, LiveChart.Unit unit, LiveChart.Series... series) {
        return new LiveChart(Sentence.of(name), LiveChart.Across.STEPS, unit, series);
    }

    private static Div panel(String name, LiveChart chart) {
        H3 heading = new H3();
        Wording.of(heading).text(heading::setText, name);
        Div panel = new Div(heading, chart);
        panel.addClassName("hearth-panel");
        return panel;
    }
}
