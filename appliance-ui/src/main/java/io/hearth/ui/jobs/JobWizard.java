package io.hearth.ui.jobs;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.router.RouteParameters;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.datasets.Datasets;
import io.hearth.ui.models.ModelService;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;
import java.util.Objects;

/** From a dataset and a base to a job: what to train on, how, what it will need, and off. */
@Route(value = "jobs/new", layout = MainLayout.class)
@RolesAllowed(Role.IS_ENGINEER)
public class JobWizard extends Page implements BeforeEnterObserver {
    private static final int MOST_DATASETS = 200;

    private final JobService jobs;
    private final Datasets datasets;
    private final ModelService models;
    private final Database database;
    private final ComboBox<DatasetVersion> dataset = new ComboBox<>();
    private final ComboBox<ModelVersion> base = new ComboBox<>();
    private final TextField name = new TextField();
    private final TextField model = new TextField();
    private final IntegerField priority = new IntegerField();
    private final RecipePanel recipe = new RecipePanel(this::outdated);
    private final PlanPanel panel = new PlanPanel();
    private final Button plan = new Button();
    private final Button start = new Button();
    private String planned;
    private String cloned;

    public JobWizard(JobService jobs, Datasets datasets, ModelService models, Database database) {
        this.jobs = jobs;
        this.datasets = datasets;
        this.models = models;
        this.database = database;
        title("jobs.wizard.title");
        lead("jobs.wizard.lead");
        fields();
        buttons();
        Div what = section("jobs.wizard.what", dataset, base, name, model, priority);
        Div how = section("jobs.wizard.how", recipe);
        Div needs = section("jobs.wizard.needs", plan, panel, start);
        add(what, how, needs);
        live(News.Topic.JOBS, this::refreshPlan);
    }

    private void fields() {
        text(dataset::setLabel, "jobs.wizard.dataset");
        text(base::setLabel, "jobs.wizard.base");
        text(name::setLabel, "jobs.wizard.name");
        text(name::setHelperText, "jobs.wizard.name.help");
        text(model::setLabel, "jobs.wizard.model");
        text(model::setHelperText, "jobs.wizard.model.help");
        text(priority::setLabel, "jobs.wizard.priority");
        text(priority::setHelperText, "jobs.wizard.priority.help");
        dataset.setWidthFull();
        base.setWidthFull();
        name.setWidthFull();
        model.setWidthFull();
        priority.setMin(0);
        priority.setMax(9);
        priority.setValue(NewJob.PRIORITY);
        priority.setStepButtonsVisible(true);
        inLanguage(() -> {
            dataset.setItemLabelGenerator(version -> Language.say(
                    "jobs.wizard.dataset.item",
                    version.name(),
                    version.version(),
                    Figures.here().count(version.trainRows()),
                    Figures.here().count(version.evaluationRows())));
            base.setItemLabelGenerator(version -> version.model() + ":" + version.version() + " – "
                    + Figures.here().bytes(version.sizeBytes()));
        });
        dataset.addValueChangeListener(changed -> outdated());
        base.addValueChangeListener(changed -> outdated());
    }

    private void buttons() {
        text(plan::setText, "jobs.wizard.plan");
        text(start::setText, "jobs.wizard.start");
        start.addThemeVariants(ButtonVariant.PRIMARY);
        plan.addClickListener(clicked -> plan());
        start.addClickListener(clicked -> start());
    }

    private Div section(String heading, com.vaadin.flow.component.Component... parts) {
        H2 title = new H2();
        text(title::setText, heading);
        Div section = new Div(title);
        section.addClassName("hearth-panel");
        section.setWidthFull();
        for (com.vaadin.flow.component.Component part : parts) {
            Div row = new Div(part);
            row.getStyle().set("margin-top", "0.75rem");
            section.add(row);
        }
        return section;
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        cloned = event.getLocation()
                .getQueryParameters()
                .getSingleParameter("clone")
                .orElse(null);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        List<DatasetVersion> versions = database.read(h -> datasets.newest(h, MOST_DATASETS));
        List<ModelVersion> bases = models.bases(actor());
        dataset.setItems(versions);
        base.setItems(bases);
        if (cloned != null) {
            fill(jobs.get(actor(), cloned), versions, bases);
        } else {
            if (!versions.isEmpty()) {
                dataset.setValue(versions.getFirst());
            }
            if (!bases.isEmpty()) {
                base.setValue(bases.getFirst());
            }
        }
        outdated();
        if (versions.isEmpty() || bases.isEmpty()) {
            Toast.problem(io.hearth.ui.core.Sentence.of(
                    versions.isEmpty() ? "jobs.wizard.no-dataset" : "jobs.wizard.no-base"));
        }
    }

    private void fill(Job job, List<DatasetVersion> versions, List<ModelVersion> bases) {
        versions.stream()
                .filter(version -> version.id().equals(job.dataset()))
                .findFirst()
                .ifPresent(dataset::setValue);
        bases.stream()
                .filter(version -> version.id().equals(job.base()))
                .findFirst()
                .ifPresent(base::setValue);
        name.setValue(job.name());
        model.setValue(job.model());
        priority.setValue(job.priority());
        recipe.showOwn(job.recipe());
    }

    /** What was planned is not what is filled in any more. */
    private void outdated() {
        planned = null;
        panel.show(null, null);
        boolean chosen = dataset.getValue() != null && base.getValue() != null;
        plan.setEnabled(chosen);
        start.setEnabled(chosen);
    }

    private void plan() {
        JobPlan asked =
                jobs.plan(actor(), dataset.getValue().id(), base.getValue().id(), recipe.recipe());
        planned = asked.id();
        panel.show(asked, jobs.trackRecord(actor()));
    }

    private void refreshPlan() {
        if (planned != null) {
            try {
                panel.show(jobs.plan(actor(), planned), jobs.trackRecord(actor()));
            } catch (Problem e) {
                outdated();
            }
        }
    }

    private void start() {
        NewJob wanted = new NewJob(
                name.getValue(),
                dataset.getValue().id(),
                base.getValue().id(),
                model.getValue(),
                recipe.recipe(),
                Objects.requireNonNullElse(priority.getValue(), NewJob.PRIORITY),
                null,
                null);
        Job job = cloned == null ? jobs.create(actor(), wanted) : jobs.create(actor(), wanted, cloned);
        Toast.done("jobs.wizard.started", job.name());
        UI.getCurrent().navigate(JobView.class, new RouteParameters("job", job.id()));
    }
}
