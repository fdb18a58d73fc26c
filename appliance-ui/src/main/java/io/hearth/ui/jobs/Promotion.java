package io.hearth.ui.jobs;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.models.AliasGate;
import io.hearth.ui.models.ModelNames;
import io.hearth.ui.models.Models;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Points an alias to what a job has made: without more ado if the comparison shows a gain and serving agrees with training; else
 * only with a reason, which is recorded.
 */
@ApplicationScoped
public class Promotion implements AliasGate {
    private final Database database;
    private final JobStore jobs;
    private final Models models;
    private final AuditLog audit;
    private final News news;

    public Promotion(Database database, JobStore jobs, Models models, AuditLog audit, News news) {
        this.database = database;
        this.jobs = jobs;
        this.models = models;
        this.audit = audit;
        this.news = news;
    }

    /** Promotes the result of a job. */
    public Job promote(Actor actor, String id, String alias, String reason) {
        actor.needs(Role.ENGINEER);
        String name = ModelNames.alias(alias == null ? "prod" : alias);
        Job promoted = database.write(h -> {
            Job job = jobs.find(h, id).orElseThrow(() -> Problem.notFound("jobs.none", id));
            if (job.state() != JobState.DONE || job.version() == null) {
                throw Problem.conflict("jobs.promote.not-done");
            }
            Optional<Sentence> objection = objection(job);
            String given = AliasGate.reason(objection, reason);
            models.alias(h, actor, models.version(h, job.version()).model(), name, job.version());
            audit.record(
                    h,
                    actor,
                    "job.promote",
                    id,
                    Map.of(
                            "alias",
                            name,
                            "version",
                            job.version(),
                            "verdict",
                            verdict(job).key(),
                            "overridden",
                            objection.isPresent(),
                            "reason",
                            given));
            return job;
        });
        news.publish(News.Topic.MODELS, promoted.model());
        news.publish(News.Topic.JOBS, id);
        return promoted;
    }

    @Override
    public Optional<Sentence> objection(Handle handle, String version) {
        return jobs.byVersion(handle, version).flatMap(Promotion::objection);
    }

    /** Why a job's result should not be promoted; empty if it may. */
    public static Optional<Sentence> objection(Job job) {
        if (job.parity() != null && !job.parity().same()) {
            String difference = job.parity().difference();
            return Optional.of(Sentence.of("jobs.promote.parity", difference == null ? "–" : difference));
        }
        return verdict(job) == Verdict.GAIN
                ? Optional.empty()
                : Optional.of(verdict(job).sentence());
    }

    private static Verdict verdict(Job job) {
        return job.result() == null ? Verdict.NONE : job.result().verdict();
    }
}
