package io.hearth.ui.access;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.settings.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What an administrator does with users. There is always an administrator who can sign in. */
@ApplicationScoped
public class Users {
    private final Database database;
    private final AuditLog audit;
    private final Settings settings;
    private final News news;
    private final Clock clock;

    public Users(Database database, AuditLog audit, Settings settings, News news, Clock clock) {
        this.database = database;
        this.audit = audit;
        this.settings = settings;
        this.news = news;
        this.clock = clock;
    }

    /**
     * A user with a password that was made for them.
     *
     * @param oneTimePassword to be told to the user, who must change it at the first login; kept nowhere. Null if the
     *     administrator chose the password
     */
    public record Prepared(User user, @Nullable String oneTimePassword) {}

    /** Users whose name contains a text, by name. */
    public Paged<User> page(Actor actor, String text, long offset, int limit) {
        actor.needs(Role.ADMINISTRATOR);
        return database.read(
                h -> new Paged<>(UserStore.page(h, text, offset, limit), UserStore.count(h, text), offset));
    }

    /** A user. */
    public User get(Actor actor, String id) {
        actor.needs(Role.ADMINISTRATOR);
        return database.read(h -> find(h, id));
    }

    /**
     * Adds a user.
     *
     * @param password null to have one made
     * @param mustChange whether the user must change the password at the first login; always so if it is made
     */
    public Prepared add(
            Actor actor, @Nullable String name, @Nullable Role role, @Nullable String password, boolean mustChange) {
        actor.needs(Role.ADMINISTRATOR);
        String clean = User.checkedName(name);
        if (role == null) {
            throw Problem.invalid("access.role.missing");
        }
        if (password != null) {
            PasswordRules.check(password, clean, settings.get(Settings.PASSWORD_LENGTH));
        }
        String made = password == null ? makePassword() : null;
        String hash = Passwords.hash(Optional.ofNullable(password).orElse(made));
        long now = clock.millis();
        User user =
                new User(Ids.next("user"), clean, role, false, made != null || mustChange, null, null, now, now, null);
        database.run(h -> {
            if (UserStore.byName(h, clean).isPresent()) {
                throw Problem.conflict("access.name.taken", clean);
            }
            UserStore.insert(h, user, hash);
            audit.record(h, actor, "user.add", user.id(), Map.of("name", user.name(), "role", role.key()));
        });
        news.publish(News.Topic.USERS, user.id());
        return new Prepared(user, made);
    }

    /** Gives a user another role, at once. */
    public User setRole(Actor actor, String id, @Nullable Role role) {
        actor.needs(Role.ADMINISTRATOR);
        if (role == null) {
            throw Problem.invalid("access.role.missing");
        }
        return change(id, h -> {
            User user = find(h, id);
            if (user.role() == role) {
                return;
            }
            UserStore.setRole(h, id, role);
            needAdministrator(h);
            audit.record(
                    h,
                    actor,
                    "user.role",
                    id,
                    Map.of("name", user.name(), "before", user.role().key(), "after", role.key()));
        });
    }

    /** Keeps a user out, at once, or lets them in again. */
    public User setDisabled(Actor actor, String id, boolean disabled) {
        actor.needs(Role.ADMINISTRATOR);
        return change(id, h -> {
            User user = find(h, id);
            if (user.disabled() == disabled) {
                return;
            }
            UserStore.setDisabled(h, id, disabled);
            needAdministrator(h);
            if (disabled) {
                SessionStore.deleteOthers(h, id, null);
            } else {
                LoginGuard.forgive(h, user);
            }
            audit.record(h, actor, disabled ? "user.disable" : "user.enable", id, Map.of("name", user.name()));
        });
    }

    /** Makes a password for a user, ends their sessions, and lets them try again at once. */
    public Prepared resetPassword(Actor actor, String id) {
        actor.needs(Role.ADMINISTRATOR);
        String made = makePassword();
        String hash = Passwords.hash(made);
        User user = change(id, h -> {
            User before = find(h, id);
            UserStore.setPassword(h, id, hash, true, clock.millis());
            SessionStore.deleteOthers(h, id, null);
            LoginGuard.forgive(h, before);
            audit.record(h, actor, "user.password.reset", id, Map.of("name", before.name()));
        });
        return new Prepared(user, made);
    }

    /** Deletes a user with their sessions and tokens. What they have made stays. */
    public void delete(Actor actor, String id) {
        actor.needs(Role.ADMINISTRATOR);
        database.run(h -> {
            User user = find(h, id);
            LoginGuard.forgive(h, user);
            UserStore.delete(h, id);
            needAdministrator(h);
            audit.record(
                    h,
                    actor,
                    "user.delete",
                    id,
                    Map.of("name", user.name(), "role", user.role().key()));
        });
        news.publish(News.Topic.USERS, id);
    }

    /** Something that is done to one user. */
    private interface Change {
        void in(Handle handle);
    }

    private User change(String id, Change change) {
        User user = database.write(h -> {
            change.in(h);
            return find(h, id);
        });
        news.publish(News.Topic.USERS, id);
        return user;
    }

    private static User find(Handle handle, String id) {
        return UserStore.byId(handle, id).orElseThrow(() -> Problem.notFound("access.user.none"));
    }

    /** Looks after the change: if nobody is left, all of it is undone. */
    private static void needAdministrator(Handle handle) {
        if (UserStore.administrators(handle) == 0) {
            throw Problem.conflict("access.administrator.last");
        }
    }

    /** Eighty random bits in groups that can be read aloud. */
    private static String makePassword() {
        return String.join("-", Ids.random(4), Ids.random(4), Ids.random(4), Ids.random(4));
    }
}
