package io.hearth.ui.jobs;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.progressbar.ProgressBar;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.router.RouteParameters;
import com.vaadin.flow.router.RouterLink;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.StatusBadge;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;

/** All jobs with their state, how far they are, and when they will be done. */
@Route(value = "jobs", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class JobsView extends Page {
    private static final int MOST = 200;

    private final JobService jobs;
    private final Button add = new Button();
    private final Grid<Job> grid = new Grid<>();
    private final Div empty = new Div();

    public JobsView(JobService jobs) {
        this.jobs = jobs;
        title("jobs.title");
        lead("jobs.lead");
        add.addThemeVariants(ButtonVariant.PRIMARY);
        add.addClickListener(clicked -> UI.getCurrent().navigate(JobWizard.class));
        text(add::setText, "jobs.add");
        actions(add);
        columns();
        inLanguage(() -> grid.getDataProvider().refreshAll());
        add(empty, grid);
        live(News.Topic.JOBS, this::refresh);
    }

    private void columns() {
        grid.setAllRowsVisible(true);
        Grid.Column<Job> name = grid.addComponentColumn(
                        job -> new RouterLink(job.name(), JobView.class, new RouteParameters("job", job.id())))
                .setAutoWidth(true);
        Grid.Column<Job> state =
                grid.addComponentColumn(JobsView::badge).setAutoWidth(true).setFlexGrow(0);
        Grid.Column<Job> progress =
                grid.addComponentColumn(JobsView::progress).setWidth("14rem").setFlexGrow(1);
        Grid.Column<Job> dataset = grid.addColumn(Job::datasetLabel).setAutoWidth(true);
        Grid.Column<Job> base = grid.addColumn(Job::baseLabel).setAutoWidth(true);
        Grid.Column<Job> priority =
                grid.addColumn(Job::priority).setAutoWidth(true).setFlexGrow(0);
        Grid.Column<Job> created =
                grid.addColumn(job -> Figures.here().dateTime(job.created())).setAutoWidth(true);
        text(name::setHeader, "jobs.column.name");
        text(state::setHeader, "jobs.column.state");
        text(progress::setHeader, "jobs.column.progress");
        text(dataset::setHeader, "jobs.column.dataset");
        text(base::setHeader, "jobs.column.base");
        text(priority::setHeader, "jobs.column.priority");
        text(created::setHeader, "jobs.column.created");
    }

    static StatusBadge badge(Job job) {
        return job.pausing() && job.state() != JobState.PAUSED && !job.state().last()
                ? new StatusBadge(StatusBadge.Kind.BUSY, "jobs.state.pausing")
                : new StatusBadge(kind(job.state()), "jobs.state." + job.state().key());
    }

    static StatusBadge.Kind kind(JobState state) {
        return switch (state) {
            case QUEUED, PAUSED -> StatusBadge.Kind.WAITING;
            case STARTING, RUNNING, EVALUATING -> StatusBadge.Kind.BUSY;
            case DONE -> StatusBadge.Kind.GOOD;
            case FAILED -> StatusBadge.Kind.BAD;
            case CANCELLED -> StatusBadge.Kind.OFF;
        };
    }

    private static Div progress(Job job) {
        Div cell = new Div();
        cell.setWidthFull();
        if (!job.state().last() && job.progress().steps() > 0) {
            cell.add(new ProgressBar(0, 1, job.progress().share()));
            Double eta = job.state() == JobState.RUNNING ? job.progress().etaSeconds() : null;
            cell.add(small(
                    eta == null
                            ? Language.say(
                                    "jobs.progress",
                                    job.progress().step(),
                                    job.progress().steps())
                            : Language.say(
                                    "jobs.progress.eta",
                                    job.progress().step(),
                                    job.progress().steps(),
                                    Figures.here().seconds(eta))));
        }
        if (job.reason() != null) {
            cell.add(small(Language.say(job.reason())));
        } else if (job.state() == JobState.DONE && job.result() != null) {
            cell.add(small(
                    Language.say("jobs.verdict.short." + job.result().verdict().key())));
        }
        return cell;
    }

    private static Div small(String words) {
        Span span = new Span(words);
        span.addClassName("hearth-secondary");
        span.getStyle().set("white-space", "normal");
        return new Div(span);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        add.setVisible(actor().role().covers(Role.ENGINEER));
        refresh();
    }

    private void refresh() {
        List<Job> all = jobs.list(actor(), 0, MOST).items();
        grid.setItems(all);
        grid.setVisible(!all.isEmpty());
        empty.removeAll();
        if (all.isEmpty()) {
            Button begin = new Button(
                    Language.say("jobs.add"), clicked -> UI.getCurrent().navigate(JobWizard.class));
            begin.setVisible(add.isVisible());
            empty.add(new EmptyState("jobs.empty.title", "jobs.empty.text", begin));
        }
    }
}
