package io.hearth.ui.jobs;

import io.hearth.contract.Recipe;
import io.hearth.ui.core.Ids;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.models.ModelVersion;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Finds a plan that is there already, or files one. */
@ApplicationScoped
public class PlanQueue {
    private static final Duration UNFIT_HOLDS = Duration.ofMinutes(2);

    private final PlanStore plans;
    private final JobStore jobs;
    private final PlanSteps steps;
    private final Clock clock;

    public PlanQueue(PlanStore plans, JobStore jobs, PlanSteps steps, Clock clock) {
        this.plans = plans;
        this.jobs = jobs;
        this.steps = steps;
        this.clock = clock;
    }

    /** The plan for these rows, base and recipe. */
    JobPlan of(Handle handle, DatasetVersion dataset, ModelVersion base, Recipe recipe) {
        return of(handle, dataset.id(), dataset.hash(), base.id(), base.hash(), recipe);
    }

    /** The plan of a job, which the job's row then names. */
    JobPlan forJob(Handle handle, Job job) {
        Optional<JobPlan> named = job.plan() == null ? Optional.empty() : plans.find(handle, job.plan());
        if (named.isPresent()) {
            return named.get();
        }
        JobPlan plan = of(handle, job.dataset(), job.datasetHash(), job.base(), job.baseHash(), job.recipe());
        jobs.set(handle, job.id(), "plan", plan.id());
        return plan;
    }

    private JobPlan of(Handle handle, String dataset, String datasetHash, String base, String baseHash, Recipe recipe) {
        String key = PlanStore.key(datasetHash, baseHash, recipe);
        long now = clock.millis();
        Optional<JobPlan> known = plans.usable(handle, key, steps.kinds(handle), now - UNFIT_HOLDS.toMillis());
        if (known.isPresent()) {
            return known.get();
        }
        JobPlan plan = new JobPlan(
                Ids.next("plan"), key, null, null, dataset, base, recipe, JobPlan.State.QUEUED, null, null, null, now);
        plans.insert(handle, plan);
        return plan;
    }
}
