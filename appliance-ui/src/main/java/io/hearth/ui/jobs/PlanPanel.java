package io.hearth.ui.jobs;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.progressbar.ProgressBar;
import io.hearth.contract.Plan;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Wording;

/** What a job will need: memory by category, time, where; and how far such plans were off before. */
final class PlanPanel extends Div {
    private transient JobPlan plan;
    private transient TrackRecord past;

    PlanPanel() {
        addClassName("hearth-panel");
        setWidthFull();
        getElement().setAttribute("aria-live", "polite");
        Wording.of(this).always(this::draw);
    }

    void show(JobPlan shown, TrackRecord record) {
        plan = shown;
        past = record;
        draw();
    }

    /** Whether the plan shown says that the job fits. */
    boolean fits() {
        return plan != null && plan.state() == JobPlan.State.DONE && plan.plan().fits();
    }

    private void draw() {
        removeAll();
        if (plan == null) {
            line(Language.say("jobs.plan.choose"));
            return;
        }
        switch (plan.state()) {
            case QUEUED, RUNNING -> {
                ProgressBar bar = new ProgressBar();
                bar.setIndeterminate(true);
                add(bar);
                line(Language.say(plan.state() == JobPlan.State.RUNNING ? "jobs.plan.running" : "jobs.plan.queued"));
                if (plan.reason() != null) {
                    line(Language.say(plan.reason()));
                }
            }
            case FAILED -> {
                add(new StatusBadge(StatusBadge.Kind.BAD, "jobs.plan.failed"));
                line(plan.reason() == null ? "" : Language.say(plan.reason()));
            }
            case DONE -> done(plan.plan());
        }
    }

    private void done(Plan result) {
        Figures figures = Figures.here();
        add(new Div(
                result.fits()
                        ? new StatusBadge(StatusBadge.Kind.GOOD, "jobs.plan.fits")
                        : new StatusBadge(StatusBadge.Kind.BAD, "jobs.plan.unfit")));
        if (result.fits()) {
            line(Language.say(
                    "jobs.plan.time",
                    figures.seconds(result.seconds()),
                    figures.count(result.steps()),
                    figures.count(result.tokens()),
                    figures.count(Math.round(result.tokensPerSecond()))));
        } else {
            line(result.advice());
        }
        line(Language.say(
                "jobs.plan.memory",
                figures.bytes(result.memory().total()),
                figures.bytes(result.freeBytes()),
                plan.nodeName() == null ? "–" : plan.nodeName()));
        part("weights", result.memory().weights(), result);
        part("gradients", result.memory().gradients(), result);
        part("optimizer", result.memory().optimizer(), result);
        part("activations", result.memory().activations(), result);
        part("workspace", result.memory().workspace(), result);
        if (past != null && past.jobs() > 0) {
            small(Language.say(
                    "jobs.plan.record", past.jobs(), figures.percent(past.p50()), figures.percent(past.p95())));
        } else {
            small(Language.say("jobs.plan.no-record"));
        }
    }

    private void part(String name, long bytes, Plan result) {
        Span label = new Span(Language.say("jobs.memory." + name));
        label.getStyle().set("width", "9rem").set("flex", "none");
        ProgressBar bar = new ProgressBar(
                0, 1, Math.min(1, bytes / (double) Math.max(1, result.memory().total())));
        bar.getStyle().set("flex", "1").set("margin", "0");
        Span size = new Span(Figures.here().bytes(bytes));
        size.getStyle().set("width", "6rem").set("text-align", "end").set("flex", "none");
        Div row = new Div(label, bar, size);
        row.getStyle().set("display", "flex").set("gap", "0.75rem").set("align-items", "center");
        add(row);
    }

    private void line(String words) {
        Div line = new Div(words);
        line.getStyle().set("overflow-wrap", "anywhere");
        add(line);
    }

    private void small(String words) {
        Div line = new Div(words);
        line.addClassName("hearth-secondary");
        add(line);
    }
}
