package io.hearth.ui.metering;

import io.hearth.ui.metering.UsageQuery.Group;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Rows of usage. */
final class UsageStore {
    private static final String SUMS = "SUM(requests) AS requests, SUM(prompt_tokens) AS prompt_tokens,"
            + " SUM(cached_tokens) AS cached_tokens, SUM(completion_tokens) AS completion_tokens,"
            + " SUM(card_micros) AS card_micros";

    /** Adds a usage to its day, unless this very event is there already. */
    boolean add(Handle handle, Usage usage) {
        int added = handle.createUpdate(
                        "INSERT INTO usage_event (worker, sequence, time, day, key_id, user_id, deployment, model,"
                                + " request, prompt_tokens, cached_tokens, completion_tokens, card_micros, millis, outcome)"
                                + " VALUES (:worker, :sequence, :time, :day, :key, :user, :deployment, :model, :request, :prompt,"
                                + " :cached, :completion, :cardMicros, :millis, :outcome) ON CONFLICT (worker, sequence) DO NOTHING")
                .bind("worker", usage.worker())
                .bind("sequence", usage.sequence())
                .bind("time", usage.time())
                .bind("day", usage.day())
                .bind("key", usage.tag().key())
                .bind("user", usage.tag().user())
                .bind("deployment", usage.tag().deployment())
                .bind("model", usage.model())
                .bind("request", usage.tag().request())
                .bind("prompt", usage.promptTokens())
                .bind("cached", usage.cachedTokens())
                .bind("completion", usage.completionTokens())
                .bind("cardMicros", usage.cardMicros())
                .bind("millis", usage.millis())
                .bind("outcome", usage.outcome())
                .execute();
        if (added == 0) {
            return false;
        }
        handle.createUpdate("INSERT INTO usage_day (day, key_id, user_id, model, outcome, requests, prompt_tokens,"
                        + " cached_tokens, completion_tokens, card_micros) VALUES (:day, :key, :user, :model, :outcome, 1,"
                        + " :prompt, :cached, :completion, :cardMicros)"
                        + " ON CONFLICT (day, key_id, user_id, model, outcome) DO UPDATE SET"
                        + " requests = usage_day.requests + 1,"
                        + " prompt_tokens = usage_day.prompt_tokens + excluded.prompt_tokens,"
                        + " cached_tokens = usage_day.cached_tokens + excluded.cached_tokens,"
                        + " completion_tokens = usage_day.completion_tokens + excluded.completion_tokens,"
                        + " card_micros = usage_day.card_micros + excluded.card_micros")
                .bind("day", usage.day())
                .bind("key", usage.tag().key())
                .bind("user", usage.tag().user())
                .bind("model", usage.model())
                .bind("outcome", usage.outcome())
                .bind("prompt", usage.promptTokens())
                .bind("cached", usage.cachedTokens())
                .bind("completion", usage.completionTokens())
                .bind("cardMicros", usage.cardMicros())
                .execute();
        return true;
    }

    /** Sums over the days of a query, in the order of its groups. */
    List<UsageLine> sums(Handle handle, UsageQuery query) {
        String columns = query.groups().stream().map(Group::column).collect(Collectors.joining(", "));
        StringBuilder sql = new StringBuilder("SELECT ")
                .append(columns)
                .append(columns.isEmpty() ? "" : ", ")
                .append(SUMS)
                .append(" FROM usage_day WHERE day >= :from AND day <= :to");
        Map<String, String> filters = new HashMap<>();
        filter(sql, filters, "key_id", query.key());
        filter(sql, filters, "user_id", query.user());
        filter(sql, filters, "model", query.model());
        if (!columns.isEmpty()) {
            sql.append(" GROUP BY ").append(columns).append(" ORDER BY ").append(columns);
        }
        Query statement = handle.createQuery(sql.toString())
                .bind("from", query.from().toString())
                .bind("to", query.to().toString());
        filters.forEach(statement::bind);
        Map<String, String> names = names(handle);
        return statement.map((row, context) -> line(row, query, names)).list();
    }

    private static void filter(StringBuilder sql, Map<String, String> filters, String column, String value) {
        if (value != null) {
            sql.append(" AND ").append(column).append(" = :").append(column);
            filters.put(column, value);
        }
    }

    private static UsageLine line(ResultSet row, UsageQuery query, Map<String, String> names) throws SQLException {
        String key = query.groups().contains(Group.KEY) ? row.getString("key_id") : null;
        String user = query.groups().contains(Group.USER) ? row.getString("user_id") : null;
        return new UsageLine(
                query.groups().contains(Group.DAY) ? row.getString("day") : null,
                key,
                names.get(key),
                user,
                names.get(user),
                query.groups().contains(Group.MODEL) ? row.getString("model") : null,
                query.groups().contains(Group.OUTCOME) ? row.getString("outcome") : null,
                row.getLong("requests"),
                row.getLong("prompt_tokens"),
                row.getLong("cached_tokens"),
                row.getLong("completion_tokens"),
                row.getLong("card_micros") / 1e6);
    }

    private static Map<String, String> names(Handle handle) {
        Map<String, String> names = new HashMap<>();
        handle.createQuery("SELECT id, name FROM usage_name")
                .map((row, context) -> Map.entry(row.getString("id"), row.getString("name")))
                .forEach(entry -> names.put(entry.getKey(), entry.getValue()));
        return names;
    }

    /** Notes what a key or a user is called now. */
    void name(Handle handle, String id, String name) {
        handle.createUpdate("INSERT INTO usage_name (id, name) VALUES (:id, :name)"
                        + " ON CONFLICT (id) DO UPDATE SET name = excluded.name")
                .bind("id", id)
                .bind("name", name)
                .execute();
    }

    /** Tokens of each key on a day. */
    Map<String, Long> tokensByKey(Handle handle, String day) {
        Map<String, Long> tokens = new HashMap<>();
        handle.createQuery("SELECT key_id, SUM(prompt_tokens + completion_tokens) AS tokens FROM usage_day"
                        + " WHERE day = :day GROUP BY key_id")
                .bind("day", day)
                .map((row, context) -> Map.entry(row.getString("key_id"), row.getLong("tokens")))
                .forEach(entry -> tokens.put(entry.getKey(), entry.getValue()));
        return tokens;
    }

    /** Forgets single events before a day; the sums stay. */
    int forget(Handle handle, String day) {
        return handle.createUpdate("DELETE FROM usage_event WHERE day < :day")
                .bind("day", day)
                .execute();
    }
}
