package io.hearth.ui.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.contract.Plan;
import io.hearth.contract.Recipe;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Rows of plans. */
@ApplicationScoped
public class PlanStore {
    /** What a plan holds for: the same rows, base and recipe, whatever the seed. */
    static String key(String datasetHash, String baseHash, Recipe recipe) {
        ObjectNode full = (ObjectNode) Json.sparse(recipe.withDefaults());
        full.remove("seed");
        full.remove("keepCheckpoints");
        full.remove("checkpointEvery");
        full.remove("evaluateEvery");
        try {
            byte[] bytes = (datasetHash + "\n" + baseHash + "\n" + full).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    void insert(Handle handle, JobPlan plan) {
        handle.createUpdate(
                        "INSERT INTO job_plans (id, plan_key, dataset, base, recipe, state, created) VALUES (:id, :key,"
                                + " :dataset, :base, :recipe, 'QUEUED', :created)")
                .bind("id", plan.id())
                .bind("key", plan.key())
                .bind("dataset", plan.dataset())
                .bind("base", plan.base())
                .bind("recipe", Json.sparse(plan.recipe()).toString())
                .bind("created", plan.created())
                .execute();
    }

    Optional<JobPlan> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM job_plans WHERE id = :id")
                .bind("id", id)
                .map(PlanStore::toPlan)
                .findOne();
    }

    /**
     * A plan that can be used again: one that is under way, or one that was worked out on a kind of card that is there now.
     *
     * @param kinds kinds of cards; empty: any
     * @param unfitAfter plans that said that the job does not fit count only if they are younger, since memory may be free now
     */
    Optional<JobPlan> usable(Handle handle, String key, Collection<String> kinds, long unfitAfter) {
        return handle
                .createQuery(
                        "SELECT * FROM job_plans WHERE plan_key = :key AND state <> 'FAILED' ORDER BY created DESC")
                .bind("key", key)
                .map(PlanStore::toPlan)
                .list()
                .stream()
                .filter(plan -> plan.state() != JobPlan.State.DONE
                        || (kinds.isEmpty() || kinds.contains(plan.nodeKind()))
                                && (plan.plan().fits() || plan.created() > unfitAfter))
                .findFirst();
    }

    List<JobPlan> open(Handle handle) {
        return handle.createQuery("SELECT * FROM job_plans WHERE state IN ('QUEUED', 'RUNNING') ORDER BY created")
                .map(PlanStore::toPlan)
                .list();
    }

    void placed(Handle handle, String id, String worker, String nodeKind, String nodeName) {
        handle.createUpdate(
                        "UPDATE job_plans SET state = 'RUNNING', worker = :worker, node_kind = :kind, node_name = :name,"
                                + " reason = NULL WHERE id = :id")
                .bind("worker", worker)
                .bind("kind", nodeKind)
                .bind("name", nodeName)
                .bind("id", id)
                .execute();
    }

    void waits(Handle handle, String id, Sentence reason) {
        handle.createUpdate("UPDATE job_plans SET state = 'QUEUED', worker = NULL, reason = :reason WHERE id = :id")
                .bind("reason", StoredSentence.write(reason))
                .bind("id", id)
                .execute();
    }

    void done(Handle handle, String id, Plan plan, long now) {
        handle.createUpdate(
                        "UPDATE job_plans SET state = 'DONE', plan = :plan, reason = NULL, finished = :now WHERE id = :id"
                                + " AND state <> 'DONE'")
                .bind("plan", Json.write(plan))
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    void failed(Handle handle, String id, Sentence reason, long now) {
        handle.createUpdate(
                        "UPDATE job_plans SET state = 'FAILED', reason = :reason, finished = :now WHERE id = :id AND state"
                                + " <> 'DONE'")
                .bind("reason", StoredSentence.write(reason))
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    void withoutWorker(Handle handle, String id) {
        handle.execute("UPDATE job_plans SET worker = NULL WHERE id = ?", id);
    }

    /** Plans that are done and whose worker was not let go of yet. */
    List<JobPlan> endedWithWorker(Handle handle) {
        return handle.createQuery(
                        "SELECT * FROM job_plans WHERE state IN ('DONE', 'FAILED') AND worker IS NOT NULL ORDER BY created")
                .map(PlanStore::toPlan)
                .list();
    }

    private static JobPlan toPlan(ResultSet row, StatementContext context) throws SQLException {
        String plan = row.getString("plan");
        return new JobPlan(
                row.getString("id"),
                row.getString("plan_key"),
                row.getString("node_kind"),
                row.getString("node_name"),
                row.getString("dataset"),
                row.getString("base"),
                Json.read(row.getString("recipe"), Recipe.class),
                JobPlan.State.valueOf(row.getString("state")),
                row.getString("worker"),
                plan == null ? null : Json.read(plan, Plan.class),
                StoredSentence.read(row.getString("reason")),
                row.getLong("created"));
    }
}
