package io.hearth.ui.access;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.LogText;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tokens with which a user's programs use the API. */
@ApplicationScoped
public class Tokens {
    /** The longest life of a token, in days. */
    static final int LONGEST_DAYS = 3650;

    private final Database database;
    private final AuditLog audit;
    private final Secrets secrets;
    private final News news;
    private final Clock clock;

    public Tokens(Database database, AuditLog audit, Secrets secrets, News news, Clock clock) {
        this.database = database;
        this.audit = audit;
        this.secrets = secrets;
        this.news = news;
        this.clock = clock;
    }

    /**
     * A new token.
     *
     * @param secret what the program sends; shown this once, kept nowhere
     */
    public record Made(ApiToken token, String secret) {}

    /**
     * Makes a token.
     *
     * @param role what it may do: at most what the caller may; null for the same
     * @param days after which it ends; null for never
     */
    public Made make(Caller caller, @Nullable String name, @Nullable Role role, @Nullable Integer days) {
        Account.refuseToken(caller);
        String clean = name == null ? "" : name.strip();
        if (clean.isEmpty() || clean.length() > 80 || clean.chars().anyMatch(Character::isISOControl)) {
            throw Problem.invalid("access.token.name");
        }
        Role wanted = role == null ? caller.role() : role;
        caller.actor().needs(wanted);
        if (days != null && (days < 1 || days > LONGEST_DAYS)) {
            throw Problem.invalid("access.token.days", Integer.toString(LONGEST_DAYS));
        }
        long now = clock.millis();
        ApiToken token = new ApiToken(
                Ids.next("tok"),
                caller.user().id(),
                clean,
                wanted,
                now,
                days == null ? null : now + Duration.ofDays(days).toMillis(),
                null,
                null);
        String secret = Secrets.make(ApiToken.PREFIX);
        String hash = secrets.tokenHash(secret);
        database.run(h -> {
            TokenStore.insert(h, token, hash);
            audit.record(
                    h,
                    caller.actor(),
                    "token.make",
                    token.id(),
                    Map.of("name", LogText.safe(clean), "role", wanted.key(), "days", days == null ? "-" : days));
        });
        news.publish(News.Topic.USERS, caller.user().id());
        return new Made(token, secret);
    }

    /** The caller's tokens, the newest first. */
    public Paged<ApiToken> page(Caller caller, long offset, int limit) {
        return page(caller.user().id(), offset, limit);
    }

    /** Another user's tokens, for an administrator. */
    public Paged<ApiToken> page(Caller caller, String userId, long offset, int limit) {
        if (!userId.equals(caller.user().id())) {
            caller.actor().needs(Role.ADMINISTRATOR);
        }
        return page(userId, offset, limit);
    }

    private Paged<ApiToken> page(String userId, long offset, int limit) {
        return database.read(
                h -> new Paged<>(TokenStore.page(h, userId, offset, limit), TokenStore.count(h, userId), offset));
    }

    /** Ends a token: one's own, or anybody's as an administrator. */
    public void delete(Caller caller, String id) {
        database.run(h -> {
            ApiToken token = TokenStore.byId(h, id)
                    .filter(one -> one.userId().equals(caller.user().id())
                            || caller.role().covers(Role.ADMINISTRATOR))
                    .orElseThrow(() -> Problem.notFound("access.token.none"));
            TokenStore.delete(h, id);
            audit.record(
                    h,
                    caller.actor(),
                    "token.delete",
                    id,
                    Map.of("name", LogText.safe(token.name()), "owner", token.userId()));
        });
        news.publish(News.Topic.USERS, caller.user().id());
    }
}
