package io.hearth.ui.jobs;

import io.hearth.contract.Recipe;
import java.util.Map;

/** A job as the API tells it. */
public record JobViewBody(
        String id,
        String name,
        String state,
        boolean pausing,
        String reason,
        String dataset,
        String datasetName,
        String base,
        String baseName,
        String model,
        Recipe recipe,
        int priority,
        int evaluationRows,
        int evaluationTokens,
        String plan,
        String worker,
        String node,
        int attempt,
        Job.Progress progress,
        double share,
        Map<String, Double> metrics,
        String version,
        String verdict,
        String clonedFrom,
        String createdBy,
        long created,
        Long started,
        Long finished) {
    static JobViewBody of(Job job) {
        return new JobViewBody(
                job.id(),
                job.name(),
                job.state().key(),
                job.pausing(),
                job.reason() == null ? null : job.reason().toString(),
                job.dataset(),
                job.datasetLabel(),
                job.base(),
                job.baseLabel(),
                job.model(),
                job.recipe(),
                job.priority(),
                job.evaluationRows(),
                job.evaluationTokens(),
                job.plan(),
                job.worker(),
                job.node(),
                job.attempt(),
                job.progress(),
                job.progress().share(),
                job.metrics(),
                job.version(),
                job.result() == null ? null : job.result().verdict().key(),
                job.clonedFrom(),
                job.createdByName(),
                job.created(),
                job.started(),
                job.finished());
    }
}
