package io.hearth.ui.support;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Rows that go into a bundle: of a table, the columns that are named. A new column of a feature is not in bundles until somebody
 * writes it down here.
 *
 * @param file name of the file in the bundle, without its ending; also of its text in the manifest
 * @param from table, or tables and a condition
 * @param order the newest first
 */
record Table(String file, String from, String order, List<Column> columns) {
    private static final int MOST_ROWS = 2_000;

    /** The tables of the control plane. */
    static final List<Table> ALL = List.of(
            of("schema", "flyway_schema_history", "installed_rank DESC")
                    .code("version")
                    .number("success"),
            of("workers", "worker", "created DESC")
                    .code("id", "node_id", "card", "kind", "owner", "desired", "state")
                    .number("memory_bytes", "last_event", "released", "resuming", "untold")
                    .time("created")
                    .with(Column.Kind.STATUS, "status"),
            of("incidents", "card_incident", "last DESC")
                    .code("node_id", "card")
                    .number("count")
                    .time("first", "last")
                    .with(Column.Kind.FINDING, "finding"),
            of("worker-events-aside", "worker_event_aside", "time DESC")
                    .code("worker_id", "owner")
                    .number("sequence")
                    .time("time")
                    .phrase("reason"),
            of("jobs", "jobs", "created DESC")
                    .code("id", "dataset", "base", "state", "wish", "phase", "plan", "worker", "result_kind", "version")
                    .code("cloned_from")
                    .number("evaluation_rows", "evaluation_tokens", "priority", "attempt", "step", "steps", "loss")
                    .number("evaluation_loss", "tokens_per_second", "eta_seconds", "checkpoint_step", "train_millis")
                    .time("created", "queued", "started", "finished", "changed", "revive_since")
                    .figures("recipe", "metrics")
                    .sentence("reason")
                    .phrase("failure")
                    .name("node"),
            of("job-events", "job_events", "time DESC")
                    .code("job", "kind", "state_from", "state_to")
                    .number("number")
                    .time("time")
                    .sentence("note"),
            of("job-plans", "job_plans", "created DESC")
                    .code("id", "dataset", "base", "state", "worker")
                    .time("created", "finished")
                    .figures("plan")
                    .sentence("reason"),
            of("deployments", "deployment", "created DESC")
                    .code("id", "desired")
                    .number("revision", "replicas")
                    .time("created", "deleted"),
            of("deployment-revisions", "deployment_revision", "created DESC")
                    .code("deployment", "version")
                    .number("number", "memory_bytes", "returns_to")
                    .time("created")
                    .figures("settings"),
            of("deployment-workers", "deployment_replica", "created DESC")
                    .code("worker", "deployment")
                    .number("revision")
                    .time("created", "draining", "unreachable")
                    .phrase("complaint"),
            of("deployment-events", "deployment_event", "time DESC")
                    .code("deployment")
                    .time("time")
                    .code("key")
                    .with(Column.Kind.SAID, "arguments"),
            of("datasets", "dataset_versions", "created DESC")
                    .code("id", "dataset", "shape")
                    .number("version", "row_count", "train_rows", "evaluation_rows", "train_bytes", "evaluation_bytes")
                    .time("created"),
            of("dataset-imports", "dataset_imports", "created DESC")
                    .code("id", "state", "version")
                    .number("blob_bytes", "evaluation_bytes")
                    .time("created", "changed")
                    .sentence("failure"),
            of("uploads", "uploads", "created DESC").code("id").number("size").time("created", "touched"),
            of("models", "model_versions", "created DESC")
                    .code("id", "kind", "base", "job")
                    .number("version", "size_bytes", "parameters", "context_length")
                    .time("created")
                    .name("model"),
            of("model-imports", "model_imports", "created DESC")
                    .code("id", "origin", "state", "version_id")
                    .number("done_bytes", "total_bytes", "known")
                    .time("created", "changed"),
            of("model-exports", "model_exports", "created DESC")
                    .code("id", "version_id", "state", "worker")
                    .time("created", "changed")
                    .phrase("reason"),
            of("requests", "usage_day GROUP BY day, outcome", "day DESC")
                    .code("day", "outcome")
                    .sum("requests", "prompt_tokens", "cached_tokens", "completion_tokens", "card_micros"),
            of("accounts", "users GROUP BY role, disabled", "role")
                    .code("role")
                    .number("disabled")
                    .counted("users"),
            of("audit", "audit", "sequence DESC")
                    .code("action")
                    .number("sequence")
                    .time("time"));

    private static Table of(String file, String from, String order) {
        return new Table(file, from, order, List.of());
    }

    private Table code(String... names) {
        return with(Column.Kind.CODE, names);
    }

    private Table number(String... names) {
        return with(Column.Kind.NUMBER, names);
    }

    private Table sum(String... names) {
        Table table = this;
        for (String name : names) {
            table = table.with(new Column(name, Column.Kind.NUMBER, "SUM(" + name + ") AS " + name));
        }
        return table;
    }

    private Table counted(String name) {
        return with(new Column(name, Column.Kind.NUMBER, "COUNT(*) AS " + name));
    }

    private Table time(String... names) {
        return with(Column.Kind.TIME, names);
    }

    private Table phrase(String... names) {
        return with(Column.Kind.PHRASE, names);
    }

    private Table sentence(String... names) {
        return with(Column.Kind.SENTENCE, names);
    }

    private Table figures(String... names) {
        return with(Column.Kind.FIGURES, names);
    }

    private Table name(String... names) {
        return with(Column.Kind.NAME, names);
    }

    private Table with(Column.Kind kind, String... names) {
        Table table = this;
        for (String name : names) {
            table = table.with(new Column(name, kind, name));
        }
        return table;
    }

    private Table with(Column column) {
        List<Column> more = new ArrayList<>(columns);
        more.add(column);
        return new Table(file, from, order, List.copyOf(more));
    }

    /** The rows, the newest first, as far as they may be kept. */
    ArrayNode rows(Handle handle, Keeper keeper) {
        ArrayNode rows = Keeper.list();
        String sql =
                "SELECT " + String.join(", ", columns.stream().map(Column::sql).toList()) + " FROM " + from
                        + " ORDER BY " + order + " LIMIT " + MOST_ROWS;
        handle.createQuery(sql)
                .map((row, context) -> {
                    ObjectNode node = Json.MAPPER.createObjectNode();
                    for (Column column : columns) {
                        node.set(column.name(), column.of(row, keeper));
                    }
                    return node;
                })
                .forEach(rows::add);
        return rows;
    }
}
