package io.hearth.ui.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.Event;
import io.hearth.protocol.WorkerKind;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Writes down what the workers of jobs and plans say, in the transaction that notes that it was heard. */
@ApplicationScoped
public class JobEvents implements Workers.Listener {
    /** Longest text of a worker that is kept. */
    private static final int LONGEST = 2000;

    private static final String WORKER = "worker";

    private final JobStore jobs;
    private final PlanStore plans;
    private final MetricStore metrics;
    private final JobSignal signal;
    private final News news;
    private final Clock clock;

    public JobEvents(JobStore jobs, PlanStore plans, MetricStore metrics, JobSignal signal, News news, Clock clock) {
        this.jobs = jobs;
        this.plans = plans;
        this.metrics = metrics;
        this.signal = signal;
        this.news = news;
        this.clock = clock;
    }

    @Override
    public boolean attends(String owner) {
        return owner.startsWith(Job.OWNER) || owner.startsWith(JobPlan.OWNER);
    }

    @Override
    public void changed(Handle handle, Worker worker) {
        handle.afterCommit(signal::wake);
    }

    @Override
    public void said(Handle handle, Worker worker, long sequence, JsonNode event) {
        if (worker.owner().startsWith(JobPlan.OWNER)) {
            planSaid(handle, worker, event);
            return;
        }
        Optional<Job> found = jobs.find(handle, worker.owner().substring(Job.OWNER.length()));
        if (found.isEmpty() || !worker.id().equals(found.get().worker())) {
            // A worker that the job has let go of: what it says is of no matter any more.
            return;
        }
        Job job = found.get();
        long time = event.path("time").asLong(clock.millis());
        if (worker.spec().kind() == WorkerKind.EVALUATE) {
            compared(handle, job, event);
        } else {
            trained(handle, job, event, time);
        }
        ended(handle, job, worker, event);
        handle.afterCommit(() -> news.publish(News.Topic.JOBS, job.id()));
    }

    private void planSaid(Handle handle, Worker worker, JsonNode event) {
        String id = worker.owner().substring(JobPlan.OWNER.length());
        String name = event.path("event").asText();
        if (name.equals("planned")) {
            Event.Planned planned = Json.read(event, Event.Planned.class);
            plans.done(handle, id, planned.plan(), clock.millis());
        } else if (name.equals("failed")) {
            plans.failed(handle, id, failure(event), clock.millis());
        }
        handle.afterCommit(() -> {
            signal.wake();
            news.publish(News.Topic.JOBS, id);
        });
    }

    private void trained(Handle handle, Job job, JsonNode event, long time) {
        switch (event.path("event").asText()) {
            case "phase" -> {
                String phase = cut(event.path("phase").asText());
                jobs.set(handle, job.id(), "phase", phase);
                if (phase.equals("train")) {
                    jobs.set(handle, job.id(), "last_time", time);
                    runs(handle, job);
                }
            }
            case "step" -> step(handle, job, Json.read(event, Event.Step.class), time);
            case "evaluation" -> {
                Event.Evaluation evaluation = Json.read(event, Event.Evaluation.class);
                metrics.evaluation(handle, job, evaluation, time);
                jobs.set(handle, job.id(), "evaluation_loss", finite(evaluation.loss()), "last_time", time);
            }
            case "checkpoint" ->
                jobs.set(handle, job.id(), "checkpoint_step", event.path("step").asInt());
            default -> {}
        }
    }

    private void step(Handle handle, Job job, Event.Step step, long time) {
        runs(handle, job);
        metrics.step(handle, job, step, time);
        long last = handle.createQuery("SELECT last_time FROM jobs WHERE id = :id")
                .bind("id", job.id())
                .mapTo(Long.class)
                .one();
        // Steps that are done again after a kill were counted before.
        long spent = last > 0 && step.step() > job.progress().step() ? Math.max(0, time - last) : 0;
        jobs.set(
                handle,
                job.id(),
                "step",
                step.step(),
                "steps",
                step.steps(),
                "loss",
                finite(step.loss()),
                "tokens_per_second",
                finite(step.tokensPerSecond()),
                "eta_seconds",
                finite(step.etaSeconds()),
                "train_millis",
                job.progress().trainMillis() + spent,
                "last_time",
                time);
    }

    private void runs(Handle handle, Job job) {
        if (job.state() == JobState.STARTING) {
            jobs.move(handle, job, JobState.RUNNING, WORKER, null, clock.millis());
        }
    }

    private void compared(Handle handle, Job job, JsonNode event) {
        switch (event.path("event").asText()) {
            case "phase" ->
                jobs.set(handle, job.id(), "phase", cut(event.path("phase").asText()));
            case "answered" -> {
                Event.Answered answered = Json.read(event, Event.Answered.class);
                ComparedRow row = new ComparedRow(
                        answered.index(),
                        answered.line(),
                        answered.prompt(),
                        answered.reference(),
                        answered.base(),
                        answered.tuned());
                metrics.answer(handle, job, row, row.gain(byLoss(job)));
            }
            case "parity-checked" ->
                jobs.set(handle, job.id(), "parity", Json.write(Json.read(event, Event.ParityChecked.class)));
            default -> {}
        }
    }

    private void ended(Handle handle, Job job, Worker worker, JsonNode event) {
        switch (event.path("event").asText()) {
            case "warning" ->
                jobs.note(
                        handle,
                        job.id(),
                        WORKER,
                        Sentence.of("jobs.said", cut(event.path("message").asText())),
                        clock.millis());
            case "failed" ->
                jobs.set(handle, job.id(), "failure", cut(event.path("reason").asText()));
            case "done" -> {
                jobs.set(handle, job.id(), "said_done", worker.id());
                if (worker.spec().kind() == WorkerKind.TRAIN) {
                    jobs.set(handle, job.id(), "metrics", event.path("metrics").toString());
                }
                handle.afterCommit(signal::wake);
            }
            default -> {}
        }
    }

    /** Rows of plain text have no answers to compare: their loss decides. */
    static boolean byLoss(Job job) {
        return "next-token".equals(job.recipe().objective());
    }

    private static Sentence failure(JsonNode event) {
        return Sentence.of("jobs.said", cut(event.path("reason").asText()));
    }

    private static String cut(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
