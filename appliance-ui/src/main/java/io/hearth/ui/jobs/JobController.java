package io.hearth.ui.jobs;

import io.hearth.ui.core.Database;
import io.hearth.ui.core.LogText;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The loop. Inputs are the rows of jobs and plans and what the workers of them last said; outputs are workers placed and let go
 * of, and the next states of the rows. Each step is one transaction; between two of them the process may end.
 */
@ApplicationScoped
public class JobController {
    private static final System.Logger LOG = System.getLogger(JobController.class.getName());
    private static final long LOOK_EVERY_MILLIS = 2_000;

    /** How long a failed job keeps its worker's folder, and so its checkpoints. */
    private static final Duration KEPT = Duration.ofDays(7);

    private final Database database;
    private final JobStore jobs;
    private final PlanStore plans;
    private final PlanSteps planSteps;
    private final JobSteps jobSteps;
    private final JobSignal signal;
    private final News news;
    private final Clock clock;
    private volatile Thread loop;

    public JobController(
            Database database,
            JobStore jobs,
            PlanStore plans,
            PlanSteps planSteps,
            JobSteps jobSteps,
            JobSignal signal,
            News news,
            Clock clock) {
        this.database = database;
        this.jobs = jobs;
        this.plans = plans;
        this.planSteps = planSteps;
        this.jobSteps = jobSteps;
        this.signal = signal;
        this.news = news;
        this.clock = clock;
    }

    void start(@Observes StartupEvent started) {
        news.subscribe(News.Topic.WORKERS, changed -> signal.wake());
        news.subscribe(News.Topic.NODES, changed -> signal.wake());
        loop = Thread.ofPlatform().name("jobs").daemon().start(this::run);
    }

    void stop(@Observes ShutdownEvent ended) {
        if (loop != null) {
            loop.interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                try {
                    reconcile();
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "Jobs could not be looked at; trying again", e);
                }
                signal.await(LOOK_EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at everything once. */
    public void reconcile() {
        for (JobPlan plan : database.read(plans::open)) {
            attempt(plan.id(), handle -> plans.find(handle, plan.id()).ifPresent(row -> planSteps.step(handle, row)));
        }
        for (JobPlan plan : database.read(plans::endedWithWorker)) {
            attempt(plan.id(), handle -> planSteps.letGo(handle, plan));
        }
        List<Job> open = database.read(jobs::open);
        Turn turn = new Turn();
        for (Job job : open) {
            attempt(job.id(), handle -> jobs.find(handle, job.id()).ifPresent(row -> jobSteps.step(handle, row, turn)));
        }
        long before = clock.millis() - KEPT.toMillis();
        for (Job job : database.read(h -> jobs.failedWithWorker(h, before))) {
            attempt(job.id(), handle -> jobSteps.letGo(handle, job));
        }
    }

    /** One step; a fault in it does not keep the others from theirs. */
    private void attempt(String id, java.util.function.Consumer<Handle> step) {
        try {
            database.run(step::accept);
        } catch (Problem e) {
            database.run(handle -> jobSteps.fail(handle, id, e.sentence()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "The next step of " + LogText.safe(id) + " has failed; trying again", e);
        }
    }

    /** Who waits in front of the queue, within one look. */
    static final class Turn {
        private Job first;

        /** The job that waits for room before this one, or null. */
        Job before() {
            return first;
        }

        void waits(Job job) {
            if (first == null) {
                first = job;
            }
        }
    }

    /** What a person is told when a job waits for others. */
    static Sentence behind(Job first) {
        return Sentence.of("jobs.reason.behind", first.name());
    }
}
