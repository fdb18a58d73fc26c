package io.hearth.ui.jobs;

import io.hearth.contract.Recipe;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.datasets.Datasets;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.Node;
import io.hearth.ui.nodes.Nodes;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.WorkerRequest;
import io.hearth.ui.nodes.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The next step of a job: what its row and its worker say together. */
@ApplicationScoped
public class JobSteps {
    static final String CONTROLLER = "Hearth";

    /** How long a failed worker may take to say that it is ready to go on. */
    private static final Duration REVIVAL = Duration.ofSeconds(30);

    /** How long the last events of a worker that is done may take. */
    private static final Duration LAST_WORDS = Duration.ofMinutes(10);

    private final JobStore jobs;
    private final PlanStore plans;
    private final JobFinish finish;
    private final PlanQueue planQueue;
    private final Datasets datasets;
    private final Models models;
    private final Workers workers;
    private final Nodes nodes;
    private final News news;
    private final Clock clock;
    private final WorkOrders orders;

    public JobSteps(
            JobStore jobs,
            PlanStore plans,
            JobFinish finish,
            PlanQueue planQueue,
            Datasets datasets,
            Models models,
            Workers workers,
            Nodes nodes,
            News news,
            Clock clock) {
        this.jobs = jobs;
        this.plans = plans;
        this.finish = finish;
        this.planQueue = planQueue;
        this.datasets = datasets;
        this.models = models;
        this.workers = workers;
        this.nodes = nodes;
        this.news = news;
        this.clock = clock;
        this.orders = new WorkOrders(models);
    }

    void step(Handle handle, Job job, JobController.Turn turn) {
        switch (job.state()) {
            case QUEUED -> queued(handle, job, turn);
            case STARTING, RUNNING -> training(handle, job);
            case EVALUATING -> evaluating(handle, job);
            case PAUSED, DONE, FAILED, CANCELLED -> {}
        }
    }

    private void queued(Handle handle, Job job, JobController.Turn turn) {
        JobPlan plan = planQueue.forJob(handle, job);
        if (plan.state() == JobPlan.State.FAILED) {
            move(handle, job, JobState.FAILED, Sentence.of("jobs.reason.plan-failed", plan.reason()));
            return;
        }
        if (plan.state() != JobPlan.State.DONE) {
            waits(
                    handle,
                    job,
                    plan.reason() == null
                            ? Sentence.of("jobs.reason.planning")
                            : Sentence.of("jobs.reason.planning-waits", plan.reason()));
            return;
        }
        if (!plan.plan().fits()) {
            move(
                    handle,
                    job,
                    JobState.FAILED,
                    Sentence.of("jobs.reason.unfit", plan.plan().advice()));
            return;
        }
        if (turn.before() != null) {
            waits(handle, job, JobController.behind(turn.before()));
            return;
        }
        DatasetVersion dataset = datasets.version(handle, job.dataset());
        Job filled = withDefaults(handle, job, plan, dataset);
        WorkerRequest request = orders.train(filled, plan.plan(), dataset, models.version(handle, job.base()));
        switch (workers.place(handle, request)) {
            case Workers.Placement.Placed placed -> {
                took(handle, job, placed.worker());
                move(handle, job, JobState.STARTING, null);
            }
            case Workers.Placement.Later later -> {
                turn.waits(job);
                waits(handle, job, later.reason());
            }
            case Workers.Placement.Never never -> move(handle, job, JobState.FAILED, never.reason());
        }
    }

    /** Fills in what depends on the plan: about ten evaluations over the run, if rows were held out. */
    private Job withDefaults(Handle handle, Job job, JobPlan plan, DatasetVersion dataset) {
        if (job.recipe().evaluateEvery() != null || !WorkOrders.hasEvaluation(dataset)) {
            return job;
        }
        Recipe recipe =
                Recipes.evaluatingEvery(job.recipe(), Math.max(1, plan.plan().steps() / 10));
        jobs.set(handle, job.id(), "recipe", Json.sparse(recipe).toString());
        return jobs.find(handle, job.id()).orElseThrow();
    }

    private void training(Handle handle, Job job) {
        Worker worker = present(handle, job);
        if (worker == null) {
            anew(handle, job, Sentence.of("jobs.reason.node-gone"));
            return;
        }
        if (!worker.reachable()) {
            lost(handle, job);
            return;
        }
        if (job.revival() != null && revives(handle, job, worker)) {
            return;
        }
        switch (worker.state()) {
            case DONE -> trained(handle, job, worker);
            case FAILED -> failed(handle, job, worker);
            case PAUSED -> {
                if (job.pausing()) {
                    move(handle, job, JobState.PAUSED, null);
                } else {
                    workers.resume(handle, worker.id());
                }
            }
            default -> waits(handle, job, progress(worker));
        }
    }

    /** Whether a failed worker is still on its way back. */
    private boolean revives(Handle handle, Job job, Worker worker) {
        boolean late = clock.millis() - job.revival().since() > REVIVAL.toMillis();
        WorkerStatus status = worker.status();
        if (worker.state() == WorkerStatus.State.PAUSED) {
            workers.resume(handle, worker.id());
            jobs.set(handle, job.id(), "revive_since", clock.millis());
            return true;
        }
        if (worker.state() == WorkerStatus.State.FAILED
                && status.attempt() <= job.revival().attempt()) {
            if (late) {
                anew(handle, job, Sentence.of("jobs.reason.no-checkpoint"));
            }
            return true;
        }
        jobs.set(handle, job.id(), "revive_attempt", null, "revive_since", null, "failure", null);
        return false;
    }

    private void trained(Handle handle, Job job, Worker worker) {
        if (!saidAll(job, worker)) {
            waits(handle, job, Sentence.of("jobs.reason.last-words"));
            return;
        }
        String folder = job.full() ? "out/model/" : "out/adapter/";
        List<WorkerStatus.Output> files = worker.status().outputs() == null
                ? List.of()
                : worker.status().outputs().stream()
                        .filter(file -> file.path().startsWith(folder))
                        .map(file -> new WorkerStatus.Output(
                                file.path().substring(folder.length()), file.sha256(), file.size()))
                        .toList();
        if (files.isEmpty()) {
            move(handle, job, JobState.FAILED, Sentence.of("jobs.reason.no-result"));
            return;
        }
        jobs.set(
                handle,
                job.id(),
                "result_kind",
                job.full() ? "model" : "adapter",
                "result_files",
                Json.write(files),
                "worker",
                null,
                "said_done",
                null,
                "eta_seconds",
                null);
        workers.release(handle, worker.id());
        Job done = jobs.find(handle, job.id()).orElseThrow();
        boolean comparable = !job.full()
                && WorkOrders.hasEvaluation(datasets.version(handle, job.dataset()))
                && job.evaluationRows() > 0;
        if (comparable) {
            move(handle, done, JobState.EVALUATING, null);
        } else {
            finish.register(handle, done, CONTROLLER);
        }
        publish(handle, job);
    }

    private void evaluating(Handle handle, Job job) {
        if (job.worker() == null) {
            WorkerRequest request =
                    orders.evaluate(job, datasets.version(handle, job.dataset()), models.version(handle, job.base()));
            switch (workers.place(handle, request)) {
                case Workers.Placement.Placed placed -> {
                    took(handle, job, placed.worker());
                    publish(handle, job);
                }
                case Workers.Placement.Later later -> waits(handle, job, later.reason());
                case Workers.Placement.Never never ->
                    move(handle, job, JobState.FAILED, Sentence.of("jobs.reason.compare-failed", never.reason()));
            }
            return;
        }
        Worker worker = present(handle, job);
        if (worker == null) {
            jobs.set(handle, job.id(), "worker", null, "node", null);
            return;
        }
        if (!worker.reachable()) {
            lost(handle, job);
            return;
        }
        switch (worker.state()) {
            case DONE -> {
                if (saidAll(job, worker)) {
                    workers.release(handle, worker.id());
                    jobs.set(handle, job.id(), "worker", null);
                    finish.register(handle, jobs.find(handle, job.id()).orElseThrow(), CONTROLLER);
                } else {
                    waits(handle, job, Sentence.of("jobs.reason.last-words"));
                }
            }
            case FAILED -> {
                workers.release(handle, worker.id());
                jobs.set(handle, job.id(), "worker", null);
                move(handle, job, JobState.FAILED, Sentence.of("jobs.reason.compare-failed", why(job, worker)));
            }
            case PAUSED -> {
                if (job.pausing()) {
                    move(handle, job, JobState.PAUSED, null);
                } else {
                    workers.resume(handle, worker.id());
                }
            }
            default -> waits(handle, job, progress(worker));
        }
    }

    private void failed(Handle handle, Job job, Worker worker) {
        move(handle, job, JobState.FAILED, why(job, worker));
    }

    private static Sentence why(Job job, Worker worker) {
        String reason = job.failure() != null ? job.failure() : worker.status().reason();
        return Sentence.of("jobs.said", reason == null ? "–" : reason);
    }

    /** Begins again from the start: what the worker knew is gone. */
    void anew(Handle handle, Job job, Sentence why) {
        workers.of(handle, job.owner()).forEach(worker -> workers.release(handle, worker.id()));
        jobs.set(
                handle,
                job.id(),
                "worker",
                null,
                "node",
                null,
                "attempt",
                job.attempt() + 1,
                "revive_attempt",
                null,
                "revive_since",
                null,
                "phase",
                null,
                "step",
                0,
                "loss",
                null,
                "evaluation_loss",
                null,
                "eta_seconds",
                null,
                "checkpoint_step",
                0,
                "train_millis",
                0,
                "last_time",
                0,
                "said_done",
                null,
                "failure",
                null,
                "metrics",
                null);
        move(handle, job, JobState.QUEUED, why);
    }

    /** Lets the worker of a failed job go: its checkpoints are gone then. */
    void letGo(Handle handle, Job job) {
        workers.of(handle, job.owner()).forEach(worker -> workers.release(handle, worker.id()));
        jobs.set(handle, job.id(), "worker", null);
    }

    /** Fails a job or plan because something that it needs is not there any more. */
    void fail(Handle handle, String id, Sentence reason) {
        Optional<Job> job = jobs.find(handle, id).filter(found -> !found.state().last());
        if (job.isPresent()) {
            letGo(handle, job.get());
            move(handle, job.get(), JobState.FAILED, reason);
        } else {
            plans.failed(handle, id, reason, clock.millis());
        }
    }

    private Worker present(Handle handle, Job job) {
        return job.worker() == null
                ? null
                : workers.find(handle, job.worker())
                        .filter(found -> !found.released())
                        .orElse(null);
    }

    /** Whether all events of a worker that is done have come; its folder may go only then. */
    private boolean saidAll(Job job, Worker worker) {
        return worker.id().equals(job.said())
                || clock.millis() - worker.status().since() > LAST_WORDS.toMillis();
    }

    private static Sentence progress(Worker worker) {
        WorkerStatus status = worker.status();
        return switch (worker.state()) {
            case FETCHING ->
                status == null || status.fetch() == null || status.fetch().total() == 0
                        ? Sentence.of("jobs.reason.fetching")
                        : Sentence.of("jobs.reason.fetching-share", (int)
                                (100.0 * status.fetch().done() / status.fetch().total()));
            case WAITING -> Sentence.of("jobs.reason.restarting", status.reason() == null ? "–" : status.reason());
            case STOPPING -> Sentence.of("jobs.reason.stopping");
            case UPLOADING -> Sentence.of("jobs.reason.uploading");
            default -> null;
        };
    }

    private void took(Handle handle, Job job, Worker worker) {
        String node = nodes.find(handle, worker.nodeId()).map(Node::name).orElse(worker.nodeId());
        jobs.set(handle, job.id(), "worker", worker.id(), "node", node, "said_done", null, "failure", null);
    }

    private void lost(Handle handle, Job job) {
        waits(handle, job, Sentence.of("jobs.reason.node-lost", String.valueOf(job.node())));
    }

    private void waits(Handle handle, Job job, Sentence reason) {
        if (!Objects.equals(StoredSentence.write(reason), StoredSentence.write(job.reason()))) {
            jobs.set(handle, job.id(), "reason", StoredSentence.write(reason));
            publish(handle, job);
        }
    }

    private void move(Handle handle, Job job, JobState to, Sentence note) {
        jobs.move(handle, job, to, CONTROLLER, note, clock.millis());
        publish(handle, job);
    }

    private void publish(Handle handle, Job job) {
        handle.afterCommit(() -> news.publish(News.Topic.JOBS, job.id()));
    }
}
