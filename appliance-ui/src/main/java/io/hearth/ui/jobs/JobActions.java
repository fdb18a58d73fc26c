package io.hearth.ui.jobs;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What people do with a job: pause, go on, cancel, try again, clone, move elsewhere, keep what there is. */
@ApplicationScoped
public class JobActions {
    private final Database database;
    private final JobStore jobs;
    private final MetricStore metrics;
    private final JobSteps steps;
    private final JobFinish finish;
    private final JobService service;
    private final Workers workers;
    private final AuditLog audit;
    private final JobSignal signal;
    private final News news;
    private final Clock clock;

    public JobActions(
            Database database,
            JobStore jobs,
            MetricStore metrics,
            JobSteps steps,
            JobFinish finish,
            JobService service,
            Workers workers,
            AuditLog audit,
            JobSignal signal,
            News news,
            Clock clock) {
        this.database = database;
        this.jobs = jobs;
        this.metrics = metrics;
        this.steps = steps;
        this.finish = finish;
        this.service = service;
        this.workers = workers;
        this.audit = audit;
        this.signal = signal;
        this.news = news;
        this.clock = clock;
    }

    /** Something done to a job within a transaction. */
    @FunctionalInterface
    private interface Action {
        void on(Handle handle, Job job);
    }

    /** Stops a job so that it can go on. */
    public Job pause(Actor actor, String id) {
        return act(actor, id, "job.pause", Map.of(), (handle, job) -> {
            allowed(job, job.state() != JobState.PAUSED && !job.state().last() && !job.pausing(), "pause");
            jobs.set(handle, id, "wish", "pause");
            Optional<Worker> worker = worker(handle, job);
            if (worker.isPresent()) {
                workers.pause(handle, worker.get().id());
            } else {
                jobs.move(handle, job, JobState.PAUSED, actor.name(), null, clock.millis());
            }
        });
    }

    /** Lets a paused job go on. */
    public Job resume(Actor actor, String id) {
        return act(actor, id, "job.resume", Map.of(), (handle, job) -> {
            allowed(job, job.state() == JobState.PAUSED || job.pausing(), "resume");
            jobs.set(handle, id, "wish", "run");
            Optional<Worker> worker = worker(handle, job);
            worker.ifPresent(found -> workers.resume(handle, found.id()));
            if (job.state() == JobState.PAUSED) {
                JobState next = !job.resultFiles().isEmpty()
                        ? JobState.EVALUATING
                        : worker.isPresent() ? JobState.STARTING : JobState.QUEUED;
                if (next == JobState.QUEUED && job.worker() != null) {
                    steps.anew(handle, job, null);
                } else {
                    jobs.move(handle, job, next, actor.name(), null, clock.millis());
                }
            }
        });
    }

    /** Ends a job for good. */
    public Job cancel(Actor actor, String id) {
        return act(actor, id, "job.cancel", Map.of(), (handle, job) -> {
            allowed(job, job.state() != JobState.DONE && job.state() != JobState.CANCELLED, "cancel");
            steps.letGo(handle, job);
            jobs.set(handle, id, "wish", "run");
            jobs.move(handle, job, JobState.CANCELLED, actor.name(), null, clock.millis());
        });
    }

    /**
     * Tries a failed job again: the comparison alone if it was trained; from its last checkpoint if its worker's folder is still
     * there; else from the beginning.
     */
    public Job retry(Actor actor, String id) {
        return act(actor, id, "job.retry", Map.of(), (handle, job) -> {
            allowed(job, job.state() == JobState.FAILED, "retry");
            jobs.set(handle, id, "wish", "run", "failure", null, "plan", null);
            Optional<Worker> worker = worker(handle, job);
            if (!job.resultFiles().isEmpty()) {
                jobs.move(handle, job, JobState.EVALUATING, actor.name(), null, clock.millis());
            } else if (worker.isPresent()
                    && worker.get().reachable()
                    && worker.get().status() != null) {
                // Stopped first, so that its node sees that it is wanted again.
                workers.pause(handle, worker.get().id());
                jobs.set(
                        handle,
                        id,
                        "plan",
                        job.plan(),
                        "revive_attempt",
                        worker.get().status().attempt(),
                        "revive_since",
                        clock.millis());
                jobs.move(handle, job, JobState.STARTING, actor.name(), null, clock.millis());
            } else {
                steps.anew(handle, job, null);
            }
        });
    }

    /** Takes a job off its node and begins it again, on another node if there is one. */
    public Job restartElsewhere(Actor actor, String id) {
        return act(actor, id, "job.restart", Map.of(), (handle, job) -> {
            boolean running = job.state() == JobState.STARTING || job.state() == JobState.RUNNING;
            boolean comparing = job.state() == JobState.EVALUATING && job.worker() != null;
            allowed(job, running || comparing, "restart");
            String node = worker(handle, job).map(Worker::nodeId).orElse(null);
            if (comparing) {
                steps.letGo(handle, job);
            } else {
                steps.anew(handle, job, Sentence.of("jobs.reason.restarted"));
            }
            jobs.set(handle, id, "avoid", node);
        });
    }

    /** Keeps the result of a job whose comparison has failed, without a comparison. */
    public Job keep(Actor actor, String id) {
        return act(actor, id, "job.keep", Map.of(), (handle, job) -> {
            allowed(job, job.state() == JobState.FAILED && !job.resultFiles().isEmpty(), "keep");
            metrics.forgetAnswers(handle, id);
            finish.register(handle, job, actor.name());
        });
    }

    /** Moves a job in the queue. */
    public Job prioritise(Actor actor, String id, int priority) {
        return act(actor, id, "job.priority", Map.of("priority", priority), (handle, job) -> {
            if (priority < 0 || priority > 9) {
                throw Problem.invalid("jobs.recipe.range", "priority", "0 … 9");
            }
            allowed(job, !job.state().last(), "priority");
            jobs.set(handle, id, "priority", priority);
        });
    }

    /** Files the same job again. */
    public Job copy(Actor actor, String id) {
        Job job = service.get(actor, id);
        return service.create(actor, again(job), job.id());
    }

    /** The same job as a wish, for a form to begin with. */
    public static NewJob again(Job job) {
        return new NewJob(
                job.name(),
                job.dataset(),
                job.base(),
                job.model(),
                job.recipe(),
                job.priority(),
                job.evaluationRows(),
                job.evaluationTokens());
    }

    private Job act(Actor actor, String id, String action, Map<String, ?> details, Action what) {
        actor.needs(Role.ENGINEER);
        Job after = database.write(h -> {
            Job job = jobs.find(h, id).orElseThrow(() -> Problem.notFound("jobs.none", id));
            what.on(h, job);
            audit.record(h, actor, action, id, details);
            return jobs.find(h, id).orElseThrow();
        });
        signal.wake();
        news.publish(News.Topic.JOBS, id);
        return after;
    }

    private Optional<Worker> worker(Handle handle, Job job) {
        return job.worker() == null
                ? Optional.empty()
                : workers.find(handle, job.worker()).filter(found -> !found.released());
    }

    private static void allowed(Job job, boolean may, String action) {
        if (!may) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    Sentence.of(
                            "jobs.not-now",
                            Sentence.of("jobs.action." + action),
                            Sentence.of("jobs.state." + job.state().key())));
        }
    }
}
