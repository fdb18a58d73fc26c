package io.hearth.ui.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of the audit, as they are read. */
final class AuditStore {
    private static final String COLUMNS =
            "sequence, time, actor_id, actor_name, origin, action, subject, details, previous, hash";

    private record Condition(String sql, Map<String, Object> values) {}

    /** The newest first. */
    static List<AuditEntry> page(Handle handle, AuditQuery query, long offset, int limit) {
        Condition condition = condition(query);
        return handle.createQuery("SELECT " + COLUMNS + " FROM audit" + condition.sql()
                        + " ORDER BY sequence DESC LIMIT :limit OFFSET :offset")
                .bindMap(condition.values())
                .bind("limit", limit)
                .bind("offset", offset)
                .map((row, context) -> entry(row))
                .list();
    }

    static long count(Handle handle, AuditQuery query) {
        Condition condition = condition(query);
        return handle.createQuery("SELECT COUNT(*) FROM audit" + condition.sql())
                .bindMap(condition.values())
                .mapTo(Long.class)
                .one();
    }

    /** Rows after one, the oldest first. */
    static List<AuditEntry> after(Handle handle, AuditQuery query, long sequence, int limit) {
        Condition condition = condition(query);
        String and = condition.sql().isEmpty() ? " WHERE " : " AND ";
        return handle.createQuery("SELECT " + COLUMNS + " FROM audit" + condition.sql() + and
                        + "sequence > :after ORDER BY sequence LIMIT :limit")
                .bindMap(condition.values())
                .bind("after", sequence)
                .bind("limit", limit)
                .map((row, context) -> entry(row))
                .list();
    }

    /** Actions that have occurred, in order. */
    static List<String> actions(Handle handle) {
        return handle.createQuery("SELECT DISTINCT action FROM audit ORDER BY action")
                .mapTo(String.class)
                .list();
    }

    private static Condition condition(AuditQuery query) {
        StringBuilder sql = new StringBuilder();
        Map<String, Object> values = new HashMap<>();
        add(sql, values, "time >= :from", "from", query.from());
        add(sql, values, "time < :to", "to", query.to());
        add(sql, values, "(actor_id = :actor OR LOWER(actor_name) = LOWER(:actor))", "actor", query.actor());
        add(
                sql,
                values,
                "action LIKE :action ESCAPE '!'",
                "action",
                query.action() == null ? null : escaped(query.action()) + "%");
        add(sql, values, "subject = :subject", "subject", query.subject());
        add(
                sql,
                values,
                "(LOWER(details) LIKE :text ESCAPE '!' OR LOWER(subject) LIKE :text ESCAPE '!' OR LOWER(action) LIKE :text"
                        + " ESCAPE '!' OR LOWER(actor_name) LIKE :text ESCAPE '!' OR LOWER(origin) LIKE :text ESCAPE '!')",
                "text",
                query.text() == null ? null : "%" + escaped(query.text().toLowerCase(Locale.ROOT)) + "%");
        return new Condition(sql.toString(), values);
    }

    private static void add(
            StringBuilder sql, Map<String, Object> values, String condition, String name, @Nullable Object value) {
        if (value != null) {
            sql.append(sql.isEmpty() ? " WHERE " : " AND ").append(condition);
            values.put(name, value);
        }
    }

    private static String escaped(String text) {
        return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("sequence"),
                row.getLong("time"),
                row.getString("actor_id"),
                row.getString("actor_name"),
                row.getString("origin"),
                row.getString("action"),
                row.getString("subject"),
                row.getString("details"),
                row.getString("previous"),
                row.getString("hash"));
    }

    private AuditStore() {}
}
