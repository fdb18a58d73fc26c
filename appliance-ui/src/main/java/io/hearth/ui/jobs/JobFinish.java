package io.hearth.ui.jobs;

import io.hearth.contract.Recipe;
import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.models.Models;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jdbi.v3.core.Handle;

/** Ends a job: compares, registers what it made with what it was made of, all in one transaction. */
@ApplicationScoped
public class JobFinish {
    private final JobStore jobs;
    private final MetricStore metrics;
    private final Models models;
    private final News news;
    private final Clock clock;
    private final String software;

    public JobFinish(
            JobStore jobs,
            MetricStore metrics,
            Models models,
            News news,
            Clock clock,
            @ConfigProperty(name = "quarkus.application.version", defaultValue = "unknown") String software) {
        this.jobs = jobs;
        this.metrics = metrics;
        this.models = models;
        this.news = news;
        this.clock = clock;
        this.software = software;
    }

    void register(Handle handle, Job job, String actor) {
        List<ComparedRow> rows = metrics.answers(handle, job.id(), MetricStore.Filter.ALL, 0, Integer.MAX_VALUE);
        Comparison comparison = Comparison.of(rows, JobEvents.byLoss(job));
        Actor owner = new Actor(job.createdBy(), job.createdByName(), Role.ENGINEER, "job " + job.id());
        ModelVersion version = models.register(
                handle,
                owner,
                job.model(),
                job.full() ? ModelVersion.Kind.BASE : ModelVersion.Kind.ADAPTER,
                job.base(),
                job.id(),
                job.resultFiles().stream()
                        .map(file -> new WorkerSpec.Input(file.path(), file.sha256(), file.size()))
                        .toList(),
                lineage(job, comparison));
        jobs.set(
                handle,
                job.id(),
                "result",
                Json.write(comparison),
                "version",
                version.id(),
                "phase",
                null,
                "eta_seconds",
                null,
                "wish",
                "run");
        jobs.move(handle, job, JobState.DONE, actor, null, clock.millis());
        handle.afterCommit(() -> {
            news.publish(News.Topic.JOBS, job.id());
            news.publish(News.Topic.MODELS, version.model());
        });
    }

    private Map<String, Object> lineage(Job job, Comparison comparison) {
        Recipe recipe = job.recipe().withDefaults();
        Map<String, Object> lineage = new TreeMap<>();
        lineage.put("job", job.id());
        lineage.put("jobName", job.name());
        lineage.put("attempt", job.attempt());
        lineage.put("dataset", thing(job.dataset(), job.datasetLabel(), job.datasetHash()));
        lineage.put("base", thing(job.base(), job.baseLabel(), job.baseHash()));
        lineage.put("recipe", recipe);
        lineage.put("seed", recipe.seed());
        lineage.put("software", software);
        lineage.put("node", String.valueOf(job.node()));
        lineage.put("metrics", job.metrics());
        lineage.put("comparison", comparison);
        return lineage;
    }

    private static Map<String, Object> thing(String id, String label, String hash) {
        int colon = label.lastIndexOf(':');
        return Map.of(
                "id",
                id,
                "name",
                label.substring(0, colon),
                "version",
                Integer.parseInt(label.substring(colon + 1)),
                "hash",
                hash);
    }
}
