package io.hearth.ui.access;

import io.hearth.ui.core.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of users. */
final class UserStore {
    private static final String COLUMNS =
            "id, name, role, disabled, must_change, language, theme, created, password_set, last_login";

    static Optional<User> byId(Handle handle, String id) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM users WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> user(row))
                .findOne();
    }

    static Optional<User> byName(Handle handle, String name) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM users WHERE name_key = :key")
                .bind("key", User.key(name))
                .map((row, context) -> user(row))
                .findOne();
    }

    static List<User> page(Handle handle, String text, long offset, int limit) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM users WHERE name_key LIKE :like ESCAPE '!'"
                        + " ORDER BY name_key LIMIT :limit OFFSET :offset")
                .bind("like", like(text))
                .bind("limit", limit)
                .bind("offset", offset)
                .map((row, context) -> user(row))
                .list();
    }

    static long count(Handle handle, String text) {
        return handle.createQuery("SELECT COUNT(*) FROM users WHERE name_key LIKE :like ESCAPE '!'")
                .bind("like", like(text))
                .mapTo(Long.class)
                .one();
    }

    /** How many administrators can sign in. */
    static long administrators(Handle handle) {
        return handle.createQuery("SELECT COUNT(*) FROM users WHERE role = :role AND disabled = 0")
                .bind("role", Role.ADMINISTRATOR.key())
                .mapTo(Long.class)
                .one();
    }

    static String passwordHash(Handle handle, String id) {
        return handle.createQuery("SELECT password FROM users WHERE id = :id")
                .bind("id", id)
                .mapTo(String.class)
                .one();
    }

    static void insert(Handle handle, User user, String passwordHash) {
        handle.createUpdate(
                        "INSERT INTO users (id, name, name_key, password, role, disabled, must_change, language, theme,"
                                + " created, password_set, last_login) VALUES (:id, :name, :key, :password, :role, :disabled,"
                                + " :mustChange, :language, :theme, :created, :passwordSet, NULL)")
                .bind("id", user.id())
                .bind("name", user.name())
                .bind("key", User.key(user.name()))
                .bind("password", passwordHash)
                .bind("role", user.role().key())
                .bind("disabled", user.disabled() ? 1 : 0)
                .bind("mustChange", user.mustChange() ? 1 : 0)
                .bind("language", user.language())
                .bind("theme", user.theme())
                .bind("created", user.created())
                .bind("passwordSet", user.passwordSet())
                .execute();
    }

    static void setRole(Handle handle, String id, Role role) {
        handle.createUpdate("UPDATE users SET role = :role WHERE id = :id")
                .bind("role", role.key())
                .bind("id", id)
                .execute();
    }

    static void setDisabled(Handle handle, String id, boolean disabled) {
        handle.createUpdate("UPDATE users SET disabled = :disabled WHERE id = :id")
                .bind("disabled", disabled ? 1 : 0)
                .bind("id", id)
                .execute();
    }

    static void setPassword(Handle handle, String id, String hash, boolean mustChange, long time) {
        handle.createUpdate("UPDATE users SET password = :hash, must_change = :mustChange, password_set = :time"
                        + " WHERE id = :id")
                .bind("hash", hash)
                .bind("mustChange", mustChange ? 1 : 0)
                .bind("time", time)
                .bind("id", id)
                .execute();
    }

    static void setPreferences(Handle handle, String id, @Nullable String language, @Nullable String theme) {
        handle.createUpdate("UPDATE users SET language = :language, theme = :theme WHERE id = :id")
                .bind("language", language)
                .bind("theme", theme)
                .bind("id", id)
                .execute();
    }

    static void setLastLogin(Handle handle, String id, long time) {
        handle.createUpdate("UPDATE users SET last_login = :time WHERE id = :id")
                .bind("time", time)
                .bind("id", id)
                .execute();
    }

    static void delete(Handle handle, String id) {
        handle.createUpdate("DELETE FROM users WHERE id = :id").bind("id", id).execute();
    }

    private static String like(String text) {
        return "%" + User.key(text).replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%";
    }

    private static User user(ResultSet row) throws SQLException {
        long lastLogin = row.getLong("last_login");
        Long orNever = row.wasNull() ? null : lastLogin;
        return new User(
                row.getString("id"),
                row.getString("name"),
                Role.of(row.getString("role")),
                row.getInt("disabled") != 0,
                row.getInt("must_change") != 0,
                row.getString("language"),
                row.getString("theme"),
                row.getLong("created"),
                row.getLong("password_set"),
                orNever);
    }

    private UserStore() {}
}
