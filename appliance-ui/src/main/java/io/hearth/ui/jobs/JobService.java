package io.hearth.ui.jobs;

import io.hearth.contract.Recipe;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.datasets.Datasets;
import io.hearth.ui.models.ModelNames;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Jobs and plans as people file them and look at them. What they do with a job is in {@link JobActions}. */
@ApplicationScoped
public class JobService {
    private static final int RECORDED = 200;

    private final Database database;
    private final JobStore jobs;
    private final PlanStore plans;
    private final MetricStore metrics;
    private final PlanQueue planQueue;
    private final Datasets datasets;
    private final Models models;
    private final Workers workers;
    private final AuditLog audit;
    private final JobSignal signal;
    private final News news;
    private final Clock clock;

    public JobService(
            Database database,
            JobStore jobs,
            PlanStore plans,
            MetricStore metrics,
            PlanQueue planQueue,
            Datasets datasets,
            Models models,
            Workers workers,
            AuditLog audit,
            JobSignal signal,
            News news,
            Clock clock) {
        this.database = database;
        this.jobs = jobs;
        this.plans = plans;
        this.metrics = metrics;
        this.planQueue = planQueue;
        this.datasets = datasets;
        this.models = models;
        this.workers = workers;
        this.audit = audit;
        this.signal = signal;
        this.news = news;
        this.clock = clock;
    }

    /** Asks what a job would need; gives the plan that is there already, if there is one. */
    public JobPlan plan(Actor actor, String dataset, String base, Recipe recipe) {
        actor.needs(Role.ENGINEER);
        JobPlan plan = database.write(h -> {
            DatasetVersion rows = datasets.version(h, needed("dataset", dataset));
            ModelVersion model = base(h, base);
            Recipe wanted = recipe == null ? Recipe.empty() : recipe;
            RecipeCheck.require(wanted, WorkOrders.hasEvaluation(rows), model.contextLength());
            return planQueue.of(h, rows, model, wanted);
        });
        signal.wake();
        return plan;
    }

    /** A plan. */
    public JobPlan plan(Actor actor, String id) {
        actor.needs(Role.VIEWER);
        return database.read(h -> plans.find(h, id)).orElseThrow(() -> Problem.notFound("jobs.plan.none", id));
    }

    /** How far plans were off in the past. */
    public TrackRecord trackRecord(Actor actor) {
        actor.needs(Role.VIEWER);
        return database.read(h -> {
            List<Job> done = jobs.doneWithPlan(h, RECORDED);
            Map<String, JobPlan> planned = new HashMap<>();
            done.forEach(job -> plans.find(h, job.plan()).ifPresent(plan -> planned.put(plan.id(), plan)));
            return TrackRecord.of(done, planned);
        });
    }

    /** Files a job. */
    public Job create(Actor actor, NewJob wanted) {
        return create(actor, wanted, null);
    }

    Job create(Actor actor, NewJob wanted, String clonedFrom) {
        actor.needs(Role.ENGINEER);
        int priority = within("priority", wanted.priority(), NewJob.PRIORITY, 0, 9);
        int rows = within("evaluationRows", wanted.evaluationRows(), NewJob.ROWS, 0, 10_000);
        int tokens = within("evaluationTokens", wanted.evaluationTokens(), NewJob.TOKENS, 1, 8192);
        Job created = database.write(h -> {
            DatasetVersion dataset = datasets.version(h, needed("dataset", wanted.dataset()));
            ModelVersion base = base(h, wanted.base());
            Recipe recipe = wanted.recipe() == null ? Recipe.empty() : wanted.recipe();
            RecipeCheck.require(recipe, WorkOrders.hasEvaluation(dataset), base.contextLength());
            String model = wanted.model() == null || wanted.model().isBlank()
                    ? ModelNames.from(base.model() + "-" + dataset.name())
                    : ModelNames.checked(wanted.model());
            Job job = row(actor, wanted, dataset, base, model, recipe, clonedFrom, priority, rows, tokens);
            jobs.insert(h, job);
            jobs.happened(h, job.id(), "state", null, JobState.QUEUED, actor.name(), null, job.created());
            audit.record(
                    h,
                    actor,
                    "job.create",
                    job.id(),
                    Map.of("name", job.name(), "dataset", job.datasetLabel(), "base", job.baseLabel(), "model", model));
            return jobs.find(h, job.id()).orElseThrow();
        });
        signal.wake();
        news.publish(News.Topic.JOBS, created.id());
        return created;
    }

    private Job row(
            Actor actor,
            NewJob wanted,
            DatasetVersion dataset,
            ModelVersion base,
            String model,
            Recipe recipe,
            String clonedFrom,
            int priority,
            int rows,
            int tokens) {
        String name = wanted.name() == null || wanted.name().isBlank()
                ? model + " / " + dataset.name() + ":" + dataset.version()
                : wanted.name().strip();
        if (name.length() > 120 || name.chars().anyMatch(Character::isISOControl)) {
            throw Problem.invalid("jobs.name");
        }
        long now = clock.millis();
        return new Job(
                Ids.next("job"),
                name,
                dataset.id(),
                dataset.name() + ":" + dataset.version(),
                dataset.hash(),
                base.id(),
                base.model() + ":" + base.version(),
                base.hash(),
                model,
                recipe,
                rows,
                tokens,
                priority,
                JobState.QUEUED,
                false,
                null,
                null,
                null,
                null,
                null,
                1,
                null,
                new Job.Progress(null, 0, 0, null, null, null, null, 0, 0),
                null,
                null,
                Map.of(),
                null,
                List.of(),
                null,
                null,
                null,
                clonedFrom,
                now,
                now,
                actor.id(),
                actor.name(),
                null,
                null);
    }

    /** A job. */
    public Job get(Actor actor, String id) {
        actor.needs(Role.VIEWER);
        return database.read(h -> existing(h, id));
    }

    /** Jobs, the newest first. */
    public Paged<Job> list(Actor actor, long offset, int limit) {
        actor.needs(Role.VIEWER);
        return database.read(h -> new Paged<>(jobs.list(h, offset, limit), jobs.count(h), offset));
    }

    /** Jobs that have a card now: they are being started, train, or are compared. */
    public List<Job> underWay(Actor actor) {
        actor.needs(Role.VIEWER);
        return database.read(jobs::open).stream()
                .filter(job -> job.state() != JobState.QUEUED && job.state() != JobState.PAUSED)
                .toList();
    }

    /** What happened to a job, the oldest first. */
    public List<JobEvent> events(Actor actor, String id) {
        actor.needs(Role.VIEWER);
        return database.read(h -> jobs.events(h, existing(h, id).id()));
    }

    /**
     * Points of a job's charts.
     *
     * @param kind {@code step} or {@code evaluation}
     * @param after only steps after this one
     */
    public List<Metric> metrics(Actor actor, String id, String kind, int after, int most) {
        actor.needs(Role.VIEWER);
        return database.read(h -> metrics.points(h, existing(h, id), kind, after, most));
    }

    /** Compared rows. */
    public Paged<ComparedRow> rows(Actor actor, String id, MetricStore.Filter filter, long offset, int limit) {
        actor.needs(Role.VIEWER);
        return database.read(h -> {
            existing(h, id);
            return new Paged<>(
                    metrics.answers(h, id, filter, offset, limit), metrics.answerCount(h, id, filter), offset);
        });
    }

    /** Part of the log of a job's present worker; waits for its node. */
    public Workers.LogPart log(Actor actor, String id, long offset, int maxBytes) {
        Job job = get(actor, id);
        if (job.worker() == null) {
            throw Problem.conflict("jobs.log.none");
        }
        return workers.log(job.worker(), offset, maxBytes);
    }

    private ModelVersion base(Handle handle, String reference) {
        ModelVersion base = models.version(handle, needed("base", reference));
        if (base.kind() != ModelVersion.Kind.BASE) {
            throw Problem.invalid("jobs.base", reference);
        }
        return base;
    }

    private Job existing(Handle handle, String id) {
        return jobs.find(handle, id).orElseThrow(() -> Problem.notFound("jobs.none", id));
    }

    private static String needed(String field, String value) {
        if (value == null || value.isBlank()) {
            throw Problem.invalid("jobs.needed", field);
        }
        return value.strip();
    }

    private static int within(String field, Integer value, int usual, int low, int high) {
        if (value == null) {
            return usual;
        }
        if (value < low || value > high) {
            throw Problem.invalid("jobs.recipe.range", field, low + " … " + high);
        }
        return value;
    }
}
