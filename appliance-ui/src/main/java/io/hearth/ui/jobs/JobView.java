package io.hearth.ui.jobs;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.ListItem;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.html.UnorderedList;
import com.vaadin.flow.component.progressbar.ProgressBar;
import com.vaadin.flow.component.tabs.Tab;
import com.vaadin.flow.component.tabs.TabSheet;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.QueryParameters;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.nodes.Workers;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.LogBox;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;

/** One job: how it is, its charts, its log, what happened to it, and what it came to. */
@Route(value = "jobs/:job", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class JobView extends Page implements BeforeEnterObserver {
    private static final int LOG_BYTES = 64 << 10;

    private final JobService jobs;
    private final JobActions actions;
    private final Div state = new Div();
    private final ChartsPanel charts = new ChartsPanel();
    private final ResultPanel result;
    private final UnorderedList events = new UnorderedList();
    private final LogBox log = new LogBox(Sentence.of("jobs.log"));
    private final TabSheet tabs = new TabSheet();
    private final Tab resultTab;
    private final Tab chartTab;
    private final Button pause = new Button();
    private final Button resume = new Button();
    private final Button retry = new Button();
    private final Button keep = new Button();
    private final Button restart = new Button();
    private final Button copy = new Button();
    private final Button cancel = new Button();
    private String id = "";
    private JobState before;

    public JobView(JobService jobs, JobActions actions, Promotion promotion) {
        this.jobs = jobs;
        this.actions = actions;
        this.result = new ResultPanel(
                (filter, offset, limit) -> jobs.rows(actor(), id, filter, offset, limit), (alias, reason) -> {
                    promotion.promote(actor(), id, alias, reason);
                    Toast.done("jobs.promote.done", jobs.get(actor(), id).model(), alias);
                });
        buttons();
        chartTab = tabs.add(new Tab(), charts);
        resultTab = tabs.add(new Tab(), result);
        Tab history = tabs.add(new Tab(), events);
        Button read = new Button();
        text(read::setText, "jobs.log.read");
        read.addClickListener(clicked -> readLog());
        Tab logTab = tabs.add(new Tab(), new Div(read, log));
        text(chartTab::setLabel, "jobs.tab.charts");
        text(resultTab::setLabel, "jobs.tab.result");
        text(history::setLabel, "jobs.tab.history");
        text(logTab::setLabel, "jobs.tab.log");
        tabs.setWidthFull();
        tabs.addSelectedChangeListener(selected -> {
            if (selected.getSelectedTab() == logTab && selected.isFromClient()) {
                readLog();
            }
        });
        state.addClassName("hearth-panel");
        state.setWidthFull();
        add(state, tabs);
        inLanguage(() -> {
            if (isAttached()) {
                refresh();
            }
        });
    }

    private void buttons() {
        button(pause, "jobs.pause", () -> actions.pause(actor(), id));
        button(resume, "jobs.resume", () -> actions.resume(actor(), id));
        button(retry, "jobs.retry", () -> actions.retry(actor(), id));
        button(
                keep,
                "jobs.keep",
                () -> Confirm.before(
                        Sentence.of("jobs.keep.question"),
                        Sentence.of("jobs.keep.loss"),
                        Sentence.of("jobs.keep"),
                        () -> after(() -> actions.keep(actor(), id))));
        button(
                restart,
                "jobs.restart",
                () -> Confirm.before(
                        Sentence.of("jobs.restart.question"),
                        Sentence.of("jobs.restart.loss"),
                        Sentence.of("jobs.restart"),
                        () -> after(() -> actions.restartElsewhere(actor(), id))));
        button(
                cancel,
                "jobs.cancel",
                () -> Confirm.before(
                        Sentence.of("jobs.cancel.question"),
                        Sentence.of("jobs.cancel.loss"),
                        Sentence.of("jobs.cancel"),
                        () -> after(() -> actions.cancel(actor(), id))));
        button(copy, "jobs.clone", () -> UI.getCurrent().navigate(JobWizard.class, QueryParameters.of("clone", id)));
        cancel.addThemeVariants(ButtonVariant.ERROR);
        actions(cancel, copy, restart, keep, retry, resume, pause);
    }

    private void button(Button button, String key, Runnable action) {
        text(button::setText, key);
        button.addClickListener(clicked -> {
            action.run();
            refresh();
        });
    }

    private void after(Runnable action) {
        action.run();
        refresh();
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        id = event.getRouteParameters().get("job").orElse("");
        before = null;
        charts.clear();
        endLive();
        live(News.Topic.JOBS, id, this::refresh);
        if (isAttached()) {
            refresh();
        }
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        charts.clear();
        refresh();
    }

    private void refresh() {
        Job job;
        try {
            job = jobs.get(actor(), id);
        } catch (Problem e) {
            UI.getCurrent().navigate(JobsView.class);
            Toast.problem(e.sentence());
            return;
        }
        title("jobs.page", job.name());
        boolean may = actor().role().covers(Role.ENGINEER);
        show(job, may);
        draw(job);
        charts.refresh(job, (kind, step, most) -> jobs.metrics(actor(), id, kind, step, most));
        history();
        if (before != job.state()) {
            result.show(job, may);
            resultTab.setVisible(job.state() == JobState.DONE);
            if (job.state() == JobState.DONE) {
                tabs.setSelectedTab(resultTab);
            }
            before = job.state();
        }
    }

    private void show(Job job, boolean may) {
        boolean open = !job.state().last();
        boolean failed = job.state() == JobState.FAILED;
        pause.setVisible(may && open && job.state() != JobState.PAUSED && !job.pausing());
        resume.setVisible(may && open && (job.state() == JobState.PAUSED || job.pausing()));
        retry.setVisible(may && failed);
        keep.setVisible(may && failed && !job.resultFiles().isEmpty());
        restart.setVisible(may
                && job.worker() != null
                && (job.state() == JobState.STARTING
                        || job.state() == JobState.RUNNING
                        || job.state() == JobState.EVALUATING));
        cancel.setVisible(may && job.state() != JobState.DONE && job.state() != JobState.CANCELLED);
        copy.setVisible(may);
    }

    private void draw(Job job) {
        Figures figures = Figures.here();
        state.removeAll();
        state.add(new Div(JobsView.badge(job)));
        if (job.reason() != null) {
            Div reason = new Div(Language.say(job.reason()));
            reason.getStyle().set("overflow-wrap", "anywhere");
            state.add(reason);
        }
        Job.Progress progress = job.progress();
        if (progress.steps() > 0 && !job.state().last()) {
            state.add(new ProgressBar(0, 1, progress.share()));
        }
        Div facts = new Div();
        facts.addClassName("hearth-tiles");
        if (progress.steps() > 0) {
            fact(facts, "jobs.fact.step", Language.say("jobs.progress", progress.step(), progress.steps()));
        }
        if (job.state() == JobState.RUNNING && progress.etaSeconds() != null) {
            fact(facts, "jobs.fact.eta", figures.seconds(progress.etaSeconds()));
        }
        if (progress.loss() != null) {
            fact(facts, "jobs.fact.loss", figures.decimal(progress.loss(), 4));
        }
        if (progress.evaluationLoss() != null) {
            fact(facts, "jobs.fact.evaluation-loss", figures.decimal(progress.evaluationLoss(), 4));
        }
        if (progress.tokensPerSecond() != null) {
            fact(facts, "jobs.fact.speed", figures.count(Math.round(progress.tokensPerSecond())));
        }
        state.add(facts);
        Span from = new Span(Language.say(
                "jobs.fact.from",
                job.datasetLabel(),
                job.baseLabel(),
                job.model(),
                job.node() == null ? "–" : job.node(),
                job.priority(),
                job.createdByName(),
                figures.dateTime(job.created())));
        from.addClassName("hearth-secondary");
        state.add(new Div(from));
    }

    private static void fact(Div facts, String name, String value) {
        Div figure = new Div(value);
        figure.addClassName("hearth-figure");
        Span label = new Span(Language.say(name));
        label.addClassName("hearth-secondary");
        facts.add(new Div(label, figure));
    }

    private void history() {
        events.removeAll();
        for (JobEvent event : jobs.events(actor(), id).reversed()) {
            String what = event.to() == null
                    ? ""
                    : Language.say("jobs.state." + event.to().key());
            String note = event.note() == null ? "" : Language.say(event.note());
            String line = Language.say(
                    "jobs.event",
                    Figures.here().dateTime(event.time()),
                    event.actor(),
                    (what + (what.isEmpty() || note.isEmpty() ? "" : " – ") + note));
            events.add(new ListItem(line));
        }
    }

    private void readLog() {
        try {
            Workers.LogPart part = jobs.log(actor(), id, -LOG_BYTES, LOG_BYTES);
            log.show(part.text());
        } catch (Problem e) {
            log.show(Language.say(e.sentence()));
        }
    }
}
