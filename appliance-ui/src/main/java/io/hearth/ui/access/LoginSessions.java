package io.hearth.ui.access;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.settings.Settings;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The sessions that are open, to look at and to end. */
@ApplicationScoped
public class LoginSessions {
    private final Database database;
    private final AuditLog audit;
    private final Settings settings;
    private final News news;
    private final Clock clock;

    public LoginSessions(Database database, AuditLog audit, Settings settings, News news, Clock clock) {
        this.database = database;
        this.audit = audit;
        this.settings = settings;
        this.news = news;
        this.clock = clock;
    }

    /** A session with the name of its user. */
    public record Open(Session session, String userName) {}

    /**
     * Open sessions, the last used first.
     *
     * @param userId whose; null for everybody's, which an administrator may see
     */
    public Paged<Open> page(Caller caller, @Nullable String userId, long offset, int limit) {
        if (!caller.user().id().equals(userId)) {
            caller.actor().needs(Role.ADMINISTRATOR);
        }
        return database.read(h -> {
            long now = clock.millis();
            long since = since(h, now);
            return new Paged<>(
                    SessionStore.page(h, userId, now, since, offset, limit).stream()
                            .map(session -> new Open(session, name(h, session)))
                            .toList(),
                    SessionStore.count(h, userId, now, since),
                    offset);
        });
    }

    /** Ends a session: one's own, or anybody's as an administrator. */
    public void end(Caller caller, String id) {
        String owner = database.write(h -> {
            long now = clock.millis();
            Optional<Session> session = SessionStore.byId(h, id, now, since(h, now))
                    .filter(one -> one.userId().equals(caller.user().id())
                            || caller.role().covers(Role.ADMINISTRATOR));
            String userId = session.orElseThrow(() -> Problem.notFound("access.session.none"))
                    .userId();
            SessionStore.delete(h, id);
            audit.record(h, caller.actor(), "session.end", id, Map.of("owner", userId));
            return userId;
        });
        news.publish(News.Topic.USERS, owner);
    }

    /**
     * Ends all sessions of a user but the one that asks.
     *
     * @return how many
     */
    public int endOthers(Caller caller, String userId) {
        if (!caller.user().id().equals(userId)) {
            caller.actor().needs(Role.ADMINISTRATOR);
        }
        int ended = database.write(h -> {
            int count = SessionStore.deleteOthers(h, userId, caller.credentialId());
            audit.record(h, caller.actor(), "session.end-all", userId, Map.of("ended", count));
            return count;
        });
        news.publish(News.Topic.USERS, userId);
        return ended;
    }

    /** Clears away what has run out: it counts as gone already. */
    @Scheduled(every = "10m", delayed = "1m")
    void clear() {
        long now = clock.millis();
        database.run(h -> SessionStore.deleteOver(h, now, since(h, now)));
    }

    private long since(Handle handle, long now) {
        return now
                - Duration.ofMinutes(settings.get(handle, Settings.SESSION_IDLE_MINUTES))
                        .toMillis();
    }

    private static String name(Handle handle, Session session) {
        return UserStore.byId(handle, session.userId()).map(User::name).orElse("");
    }
}
