package io.hearth.ui.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Rows of API keys. */
final class KeyStore {
    void insert(Handle handle, ApiKey key, String hmac) {
        handle.createUpdate(
                        "INSERT INTO api_key (id, name, owner_id, owner_name, note, hint, hmac, models, limits, created,"
                                + " expires, disabled) VALUES (:id, :name, :ownerId, :ownerName, :note, :hint, :hmac, :models, :limits,"
                                + " :created, :expires, :disabled)")
                .bind("id", key.id())
                .bind("name", key.name())
                .bind("ownerId", key.ownerId())
                .bind("ownerName", key.ownerName())
                .bind("note", key.note())
                .bind("hint", key.hint())
                .bind("hmac", hmac)
                .bind("models", key.models() == null ? null : Json.write(key.models()))
                .bind("limits", Json.write(key.limits()))
                .bind("created", key.created())
                .bind("expires", key.expires())
                .bind("disabled", key.disabled() ? 1 : 0)
                .execute();
    }

    void update(Handle handle, ApiKey key) {
        handle.createUpdate("UPDATE api_key SET name = :name, note = :note, models = :models, limits = :limits,"
                        + " expires = :expires, disabled = :disabled, revoked = :revoked WHERE id = :id")
                .bind("id", key.id())
                .bind("name", key.name())
                .bind("note", key.note())
                .bind("models", key.models() == null ? null : Json.write(key.models()))
                .bind("limits", Json.write(key.limits()))
                .bind("expires", key.expires())
                .bind("disabled", key.disabled() ? 1 : 0)
                .bind("revoked", key.revoked())
                .execute();
    }

    Optional<ApiKey> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM api_key WHERE id = :id")
                .bind("id", id)
                .map(KeyStore::key)
                .findOne();
    }

    /** Keys that are not revoked, the newest first; all, or those of one owner. */
    List<ApiKey> list(Handle handle, String owner) {
        return handle.createQuery(
                        "SELECT * FROM api_key WHERE revoked IS NULL AND (:owner IS NULL OR owner_id = :owner)"
                                + " ORDER BY id DESC")
                .bind("owner", owner)
                .map(KeyStore::key)
                .list();
    }

    /** Every key that is not revoked, by its HMAC. */
    Map<String, ApiKey> byHmac(Handle handle) {
        Map<String, ApiKey> keys = new HashMap<>();
        handle.createQuery("SELECT * FROM api_key WHERE revoked IS NULL")
                .map((row, context) -> Map.entry(row.getString("hmac"), key(row, context)))
                .forEach(entry -> keys.put(entry.getKey(), entry.getValue()));
        return keys;
    }

    void used(Handle handle, String id, long time) {
        handle.createUpdate(
                        "UPDATE api_key SET last_used = :time WHERE id = :id AND (last_used IS NULL OR last_used < :time)")
                .bind("id", id)
                .bind("time", time)
                .execute();
    }

    private static ApiKey key(ResultSet row, StatementContext context) throws SQLException {
        return new ApiKey(
                row.getString("id"),
                row.getString("name"),
                row.getString("owner_id"),
                row.getString("owner_name"),
                row.getString("note"),
                row.getString("hint"),
                models(row.getString("models")),
                Json.read(row.getString("limits"), KeyLimits.class),
                row.getLong("created"),
                number(row, "expires"),
                row.getInt("disabled") != 0,
                number(row, "revoked"),
                number(row, "last_used"));
    }

    private static List<String> models(String text) {
        if (text == null) {
            return null;
        }
        List<String> models = new ArrayList<>();
        Json.read(text, JsonNode.class).forEach(model -> models.add(model.asText()));
        return List.copyOf(models);
    }

    private static Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
