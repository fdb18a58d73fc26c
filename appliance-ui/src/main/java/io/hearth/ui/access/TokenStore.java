package io.hearth.ui.access;

import io.hearth.ui.core.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Rows of API tokens. */
final class TokenStore {
    private static final String COLUMNS = "id, user_id, name, role, created, expires, used, used_from";

    static void insert(Handle handle, ApiToken token, String hash) {
        handle.createUpdate("INSERT INTO tokens (id, user_id, name, hash, role, created, expires)"
                        + " VALUES (:id, :userId, :name, :hash, :role, :created, :expires)")
                .bind("id", token.id())
                .bind("userId", token.userId())
                .bind("name", token.name())
                .bind("hash", hash)
                .bind("role", token.role().key())
                .bind("created", token.created())
                .bind("expires", token.expires())
                .execute();
    }

    /** One that has not run out. */
    static Optional<ApiToken> byHash(Handle handle, String hash, long now) {
        return handle.createQuery(
                        "SELECT " + COLUMNS + " FROM tokens WHERE hash = :hash AND (expires IS NULL OR expires > :now)")
                .bind("hash", hash)
                .bind("now", now)
                .map((row, context) -> token(row))
                .findOne();
    }

    static Optional<ApiToken> byId(Handle handle, String id) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM tokens WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> token(row))
                .findOne();
    }

    static List<ApiToken> page(Handle handle, String userId, long offset, int limit) {
        return handle.createQuery("SELECT " + COLUMNS
                        + " FROM tokens WHERE user_id = :userId ORDER BY id DESC LIMIT :limit OFFSET :offset")
                .bind("userId", userId)
                .bind("limit", limit)
                .bind("offset", offset)
                .map((row, context) -> token(row))
                .list();
    }

    static long count(Handle handle, String userId) {
        return handle.createQuery("SELECT COUNT(*) FROM tokens WHERE user_id = :userId")
                .bind("userId", userId)
                .mapTo(Long.class)
                .one();
    }

    static void touch(Handle handle, String id, long now, String address) {
        handle.createUpdate("UPDATE tokens SET used = :now, used_from = :address WHERE id = :id")
                .bind("now", now)
                .bind("address", address)
                .bind("id", id)
                .execute();
    }

    static void delete(Handle handle, String id) {
        handle.createUpdate("DELETE FROM tokens WHERE id = :id").bind("id", id).execute();
    }

    private static ApiToken token(ResultSet row) throws SQLException {
        long expires = row.getLong("expires");
        Long orNever = row.wasNull() ? null : expires;
        long used = row.getLong("used");
        Long orNot = row.wasNull() ? null : used;
        return new ApiToken(
                row.getString("id"),
                row.getString("user_id"),
                row.getString("name"),
                Role.of(row.getString("role")),
                row.getLong("created"),
                orNever,
                orNot,
                row.getString("used_from"));
    }

    private TokenStore() {}
}
