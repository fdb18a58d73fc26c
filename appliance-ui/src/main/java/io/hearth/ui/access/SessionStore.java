package io.hearth.ui.access;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of sessions. Those that have run out count as gone before they are cleared away. */
final class SessionStore {
    private static final String COLUMNS = "id, user_id, kind, address, agent, created, seen, expires";

    static void insert(Handle handle, Session session, String hash) {
        handle.createUpdate("INSERT INTO sessions (id, user_id, hash, kind, address, agent, created, seen, expires)"
                        + " VALUES (:id, :userId, :hash, :kind, :address, :agent, :created, :seen, :expires)")
                .bind("id", session.id())
                .bind("userId", session.userId())
                .bind("hash", hash)
                .bind("kind", session.kind().key())
                .bind("address", session.address())
                .bind("agent", session.agent())
                .bind("created", session.created())
                .bind("seen", session.seen())
                .bind("expires", session.expires())
                .execute();
    }

    /** @param seenSince sessions not used since then have run out */
    static Optional<Session> byHash(Handle handle, String hash, long now, long seenSince) {
        return handle.createQuery(
                        "SELECT " + COLUMNS + " FROM sessions WHERE hash = :hash AND expires > :now AND seen > :since")
                .bind("hash", hash)
                .bind("now", now)
                .bind("since", seenSince)
                .map((row, context) -> session(row))
                .findOne();
    }

    static Optional<Session> byId(Handle handle, String id, long now, long seenSince) {
        return handle.createQuery(
                        "SELECT " + COLUMNS + " FROM sessions WHERE id = :id AND expires > :now AND seen > :since")
                .bind("id", id)
                .bind("now", now)
                .bind("since", seenSince)
                .map((row, context) -> session(row))
                .findOne();
    }

    /** The newest first; of one user, or of all if {@code userId} is null. */
    static List<Session> page(
            Handle handle, @Nullable String userId, long now, long seenSince, long offset, int limit) {
        return handle.createQuery(
                        "SELECT " + COLUMNS + " FROM sessions WHERE (:userId IS NULL OR user_id = :userId)"
                                + " AND expires > :now AND seen > :since ORDER BY seen DESC, id DESC LIMIT :limit OFFSET :offset")
                .bind("userId", userId)
                .bind("now", now)
                .bind("since", seenSince)
                .bind("limit", limit)
                .bind("offset", offset)
                .map((row, context) -> session(row))
                .list();
    }

    static long count(Handle handle, @Nullable String userId, long now, long seenSince) {
        return handle.createQuery("SELECT COUNT(*) FROM sessions WHERE (:userId IS NULL OR user_id = :userId)"
                        + " AND expires > :now AND seen > :since")
                .bind("userId", userId)
                .bind("now", now)
                .bind("since", seenSince)
                .mapTo(Long.class)
                .one();
    }

    static void touch(Handle handle, String id, long now) {
        handle.createUpdate("UPDATE sessions SET seen = :now WHERE id = :id")
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    static int delete(Handle handle, String id) {
        return handle.createUpdate("DELETE FROM sessions WHERE id = :id")
                .bind("id", id)
                .execute();
    }

    /** Ends all of a user but one. */
    static int deleteOthers(Handle handle, String userId, @Nullable String keep) {
        return handle.createUpdate("DELETE FROM sessions WHERE user_id = :userId AND (:keep IS NULL OR id <> :keep)")
                .bind("userId", userId)
                .bind("keep", keep)
                .execute();
    }

    static int deleteOver(Handle handle, long now, long seenSince) {
        return handle.createUpdate("DELETE FROM sessions WHERE expires <= :now OR seen <= :since")
                .bind("now", now)
                .bind("since", seenSince)
                .execute();
    }

    private static Session session(ResultSet row) throws SQLException {
        return new Session(
                row.getString("id"),
                row.getString("user_id"),
                Session.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                row.getString("address"),
                row.getString("agent"),
                row.getLong("created"),
                row.getLong("seen"),
                row.getLong("expires"));
    }

    private SessionStore() {}
}
