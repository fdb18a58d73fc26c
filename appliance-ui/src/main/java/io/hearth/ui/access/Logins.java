package io.hearth.ui.access;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.LogText;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.settings.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Coming in with name and password, and going. */
@ApplicationScoped
public class Logins {
    /** Characters of an unknown name that the audit shows: somebody may have typed a password there. */
    private static final int SHOWN_OF_UNKNOWN = 3;

    private final Database database;
    private final AuditLog audit;
    private final Settings settings;
    private final News news;
    private final Clock clock;

    public Logins(Database database, AuditLog audit, Settings settings, News news, Clock clock) {
        this.database = database;
        this.audit = audit;
        this.settings = settings;
        this.news = news;
        this.clock = clock;
    }

    /**
     * A new session.
     *
     * @param secret what the browser or the program shows from now on; kept nowhere
     */
    public record Started(String secret, Session session, User user) {}

    /**
     * Signs somebody in. The answer to a wrong name, a wrong password and a disabled user is the same, and takes as long.
     *
     * @param agent what the program calls itself
     * @throws Problem of kind UNAUTHENTICATED if name or password are wrong, LIMITED after too many attempts
     */
    public Started login(
            @Nullable String name,
            @Nullable String password,
            Session.Kind kind,
            String address,
            @Nullable String agent) {
        String typed = name == null ? "" : name;
        if (typed.length() > 256 || password == null || password.length() > 4 * PasswordRules.LONGEST) {
            throw refused();
        }
        long now = clock.millis();
        Seen seen = database.write(h -> {
            Optional<User> user = UserStore.byName(h, typed);
            LoginGuard.Attempt attempt = LoginGuard.attempt(h, typed, user.orElse(null), address, now);
            String hash = user.map(one -> UserStore.passwordHash(h, one.id())).orElse(null);
            return new Seen(user.orElse(null), hash, attempt);
        });
        boolean right = Passwords.matches(password, seen.hash());
        if (!right || seen.user() == null || seen.user().disabled()) {
            database.run(h -> recordFailure(h, typed, seen, address));
            news.publish(News.Topic.AUDIT, "");
            throw refused();
        }
        Started started = database.write(h -> {
            // Disabled, deleted or given another password meanwhile: then this login comes too late.
            User user = UserStore.byId(h, seen.user().id())
                    .filter(one -> !one.disabled())
                    .filter(one -> UserStore.passwordHash(h, one.id()).equals(seen.hash()))
                    .orElseThrow(Logins::refused);
            LoginGuard.succeeded(h, seen.attempt(), user, address, clock.millis());
            return start(h, user, kind, address, agent, "access.login");
        });
        news.publish(News.Topic.AUDIT, "");
        return started;
    }

    /** Begins a session for somebody who has just proved who they are, in the transaction in which they did. */
    Started start(Handle handle, User user, Session.Kind kind, String address, @Nullable String agent, String action) {
        long now = clock.millis();
        long longest = Duration.ofHours(settings.get(handle, Settings.SESSION_LONGEST_HOURS))
                .toMillis();
        Session session = new Session(
                Ids.next("ses"),
                user.id(),
                kind,
                address,
                LogText.safe(agent == null ? "" : agent),
                now,
                now,
                now + longest);
        String secret = Secrets.make(kind.prefix());
        SessionStore.insert(handle, session, Secrets.hash(secret));
        UserStore.setLastLogin(handle, user.id(), now);
        audit.record(
                handle,
                new Actor(user.id(), user.name(), user.role(), address),
                action,
                user.id(),
                Map.of("session", session.id(), "kind", kind.key(), "agent", session.agent()));
        return new Started(secret, session, user);
    }

    /** Ends a session because its user leaves. */
    public void logout(Caller caller) {
        if (caller.credential() == Caller.Credential.TOKEN) {
            throw Problem.invalid("access.logout.token");
        }
        database.run(h -> {
            if (SessionStore.delete(h, caller.credentialId()) > 0) {
                audit.record(
                        h,
                        caller.actor(),
                        "access.logout",
                        caller.user().id(),
                        Map.of("session", caller.credentialId()));
            }
        });
        news.publish(News.Topic.USERS, caller.user().id());
    }

    private record Seen(@Nullable User user, @Nullable String hash, LoginGuard.Attempt attempt) {}

    private void recordFailure(Handle handle, String typed, Seen seen, String address) {
        User user = seen.user();
        Actor stranger = new Actor("nobody", "?", Role.VIEWER, address);
        String subject = user == null ? "unknown" : user.id();
        String shown = user == null ? LogText.safe(typed, SHOWN_OF_UNKNOWN) : user.name();
        audit.record(
                handle,
                stranger,
                "access.login.failed",
                subject,
                Map.of("name", shown, "disabled", user != null && user.disabled()));
        if (seen.attempt().locked()) {
            audit.record(handle, stranger, "access.login.locked", subject, Map.of("name", shown));
        }
    }

    private static Problem refused() {
        return new Problem(Problem.Kind.UNAUTHENTICATED, Sentence.of("access.login.wrong"));
    }
}
