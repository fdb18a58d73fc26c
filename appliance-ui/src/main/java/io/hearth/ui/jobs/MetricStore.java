package io.hearth.ui.jobs;

import io.hearth.contract.Event;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Rows of metrics and of compared rows. */
@ApplicationScoped
public class MetricStore {
    /** Which compared rows are wanted. */
    public enum Filter {
        ALL(""),
        BETTER(" AND gain > 0.000000001"),
        WORSE(" AND gain < -0.000000001"),
        SAME(" AND gain BETWEEN -0.000000001 AND 0.000000001");

        private final String where;

        Filter(String where) {
            this.where = where;
        }
    }

    void step(Handle handle, Job job, Event.Step step, long time) {
        put(handle, job, "step", step.step())
                .bind("time", time)
                .bind("epoch", step.epoch())
                .bind("loss", finite(step.loss()))
                .bind("rate", finite(step.learningRate()))
                .bind("norm", finite(step.gradNorm()))
                .bind("tokens", step.tokens())
                .bind("tps", finite(step.tokensPerSecond()))
                .execute();
    }

    void evaluation(Handle handle, Job job, Event.Evaluation evaluation, long time) {
        put(handle, job, "evaluation", evaluation.step())
                .bind("time", time)
                .bind("epoch", (Double) null)
                .bind("loss", finite(evaluation.loss()))
                .bind("rate", (Double) null)
                .bind("norm", (Double) null)
                .bind("tokens", evaluation.tokens())
                .bind("tps", (Double) null)
                .execute();
    }

    private static org.jdbi.v3.core.statement.Update put(Handle handle, Job job, String kind, int step) {
        return handle.createUpdate(
                        "INSERT INTO job_metrics (job, attempt, kind, step, time, epoch, loss, learning_rate,"
                                + " grad_norm, tokens, tokens_per_second) VALUES (:job, :attempt, :kind, :step, :time, :epoch, :loss,"
                                + " :rate, :norm, :tokens, :tps) ON CONFLICT (job, attempt, kind, step) DO UPDATE SET time ="
                                + " excluded.time, epoch = excluded.epoch, loss = excluded.loss, learning_rate ="
                                + " excluded.learning_rate, grad_norm = excluded.grad_norm, tokens = excluded.tokens,"
                                + " tokens_per_second = excluded.tokens_per_second")
                .bind("job", job.id())
                .bind("attempt", job.attempt())
                .bind("kind", kind)
                .bind("step", step);
    }

    /**
     * Points of the present attempt after a step.
     *
     * @param kind {@code step} or {@code evaluation}
     * @param most thinned to about as many points; the last one is always among them
     */
    List<Metric> points(Handle handle, Job job, String kind, int after, int most) {
        long rows = handle.createQuery(
                        "SELECT COUNT(*) FROM job_metrics WHERE job = :job AND attempt = :attempt AND kind ="
                                + " :kind AND step > :after")
                .bind("job", job.id())
                .bind("attempt", job.attempt())
                .bind("kind", kind)
                .bind("after", after)
                .mapTo(Long.class)
                .one();
        long every = Math.max(1, Math.ceilDiv(rows, most));
        List<Metric> points = new ArrayList<>();
        Metric last = null;
        long index = 0;
        for (Metric metric : handle.createQuery(
                        "SELECT * FROM job_metrics WHERE job = :job AND attempt = :attempt AND kind ="
                                + " :kind AND step > :after ORDER BY step")
                .bind("job", job.id())
                .bind("attempt", job.attempt())
                .bind("kind", kind)
                .bind("after", after)
                .map(MetricStore::toMetric)) {
            last = index++ % every == 0 ? null : metric;
            if (last == null) {
                points.add(metric);
            }
        }
        if (last != null) {
            points.add(last);
        }
        return points;
    }

    void answer(Handle handle, Job job, ComparedRow row, double gain) {
        handle.createUpdate(
                        "INSERT INTO job_answers (job, number, line, prompt, reference, base_text, base_exact, base_f1,"
                                + " base_loss, tuned_text, tuned_exact, tuned_f1, tuned_loss, gain) VALUES (:job, :number, :line, :prompt,"
                                + " :reference, :baseText, :baseExact, :baseF1, :baseLoss, :tunedText, :tunedExact, :tunedF1, :tunedLoss,"
                                + " :gain) ON CONFLICT (job, number) DO UPDATE SET line = excluded.line, prompt = excluded.prompt,"
                                + " reference = excluded.reference, base_text = excluded.base_text, base_exact = excluded.base_exact,"
                                + " base_f1 = excluded.base_f1, base_loss = excluded.base_loss, tuned_text = excluded.tuned_text,"
                                + " tuned_exact = excluded.tuned_exact, tuned_f1 = excluded.tuned_f1, tuned_loss ="
                                + " excluded.tuned_loss, gain = excluded.gain")
                .bind("job", job.id())
                .bind("number", row.number())
                .bind("line", row.line())
                .bind("prompt", row.prompt())
                .bind("reference", row.reference())
                .bind("baseText", said(row.base()))
                .bind("baseExact", row.base().exact() ? 1 : 0)
                .bind("baseF1", row.base().f1())
                .bind("baseLoss", row.base().loss())
                .bind("tunedText", said(row.tuned()))
                .bind("tunedExact", row.tuned().exact() ? 1 : 0)
                .bind("tunedF1", row.tuned().f1())
                .bind("tunedLoss", row.tuned().loss())
                .bind("gain", gain)
                .execute();
    }

    /** Rows of plain text ask nothing, so nothing is said: only their loss counts. */
    private static String said(Event.Answer answer) {
        return answer.text() == null ? "" : answer.text();
    }

    void forgetAnswers(Handle handle, String job) {
        handle.execute("DELETE FROM job_answers WHERE job = ?", job);
    }

    List<ComparedRow> answers(Handle handle, String job, Filter filter, long offset, int limit) {
        return handle.createQuery("SELECT * FROM job_answers WHERE job = :job" + filter.where
                        + " ORDER BY number LIMIT :limit OFFSET :offset")
                .bind("job", job)
                .bind("limit", limit)
                .bind("offset", offset)
                .map(MetricStore::toRow)
                .list();
    }

    long answerCount(Handle handle, String job, Filter filter) {
        return handle.createQuery("SELECT COUNT(*) FROM job_answers WHERE job = :job" + filter.where)
                .bind("job", job)
                .mapTo(Long.class)
                .one();
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static ComparedRow toRow(ResultSet row, StatementContext context) throws SQLException {
        return new ComparedRow(
                row.getInt("number"),
                row.getInt("line"),
                row.getString("prompt"),
                row.getString("reference"),
                answer(row, "base"),
                answer(row, "tuned"));
    }

    private static Event.Answer answer(ResultSet row, String who) throws SQLException {
        return new Event.Answer(
                row.getString(who + "_text"),
                row.getInt(who + "_exact") != 0,
                row.getDouble(who + "_f1"),
                row.getDouble(who + "_loss"));
    }

    private static Metric toMetric(ResultSet row, StatementContext context) throws SQLException {
        return new Metric(
                row.getInt("step"),
                row.getLong("time"),
                real(row, "epoch"),
                real(row, "loss"),
                real(row, "learning_rate"),
                real(row, "grad_norm"),
                row.getLong("tokens"),
                real(row, "tokens_per_second"));
    }

    private static Double real(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }
}
