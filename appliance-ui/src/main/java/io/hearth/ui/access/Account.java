package io.hearth.ui.access;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.settings.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What users do with their own account. */
@ApplicationScoped
public class Account {
    private static final List<String> LANGUAGES = List.of("en", "zh");
    private static final List<String> THEMES = List.of("light", "dark");

    private final Database database;
    private final AuditLog audit;
    private final Settings settings;
    private final News news;
    private final Clock clock;

    public Account(Database database, AuditLog audit, Settings settings, News news, Clock clock) {
        this.database = database;
        this.audit = audit;
        this.settings = settings;
        this.news = news;
        this.clock = clock;
    }

    /**
     * Changes the caller's password and ends all their other sessions. Attempts at the old one count like attempts to sign in.
     *
     * @throws Problem of kind INVALID if the old one is wrong or the new one will not do, LIMITED after too many attempts,
     *     FORBIDDEN for a token
     */
    public void changePassword(Caller caller, @Nullable String old, @Nullable String wanted) {
        refuseToken(caller);
        User user = caller.user();
        LoginGuard.Attempt attempt =
                database.write(h -> LoginGuard.attempt(h, user.name(), user, caller.address(), clock.millis()));
        String hash = database.read(h -> UserStore.passwordHash(h, user.id()));
        if (old == null || old.length() > 4 * PasswordRules.LONGEST || !Passwords.matches(old, hash)) {
            database.run(h ->
                    audit.record(h, caller.actor(), "user.password.refused", user.id(), Map.of("name", user.name())));
            throw Problem.invalid("access.password.old");
        }
        database.run(h -> LoginGuard.succeeded(h, attempt, user, caller.address(), clock.millis()));
        PasswordRules.check(wanted, user.name(), settings.get(Settings.PASSWORD_LENGTH));
        if (wanted.equals(old)) {
            throw Problem.invalid("access.password.same");
        }
        String next = Passwords.hash(wanted);
        database.run(h -> {
            if (!UserStore.passwordHash(h, user.id()).equals(hash)) {
                throw Problem.conflict("access.password.meanwhile");
            }
            UserStore.setPassword(h, user.id(), next, false, clock.millis());
            int ended = SessionStore.deleteOthers(h, user.id(), caller.credentialId());
            audit.record(
                    h,
                    caller.actor(),
                    "user.password.change",
                    user.id(),
                    Map.of("name", user.name(), "sessionsEnded", ended));
        });
        news.publish(News.Topic.USERS, user.id());
    }

    /**
     * Sets how the caller's pages look.
     *
     * @param language {@code en}, {@code zh}, or null to follow the browser
     * @param theme {@code light}, {@code dark}, or null to follow the browser
     */
    public void setPreferences(Caller caller, @Nullable String language, @Nullable String theme) {
        if (language != null && !LANGUAGES.contains(language)) {
            throw Problem.invalid("access.language.invalid", String.join(", ", LANGUAGES));
        }
        if (theme != null && !THEMES.contains(theme)) {
            throw Problem.invalid("access.theme.invalid", String.join(", ", THEMES));
        }
        User user = caller.user();
        database.run(h -> {
            UserStore.setPreferences(h, user.id(), language, theme);
            audit.record(
                    h,
                    caller.actor(),
                    "user.preferences",
                    user.id(),
                    Map.of(
                            "language", language == null ? "browser" : language,
                            "theme", theme == null ? "browser" : theme));
        });
        news.publish(News.Topic.USERS, user.id());
    }

    /** Whoever finds a token must not be able to turn it into more than it is. */
    static void refuseToken(Caller caller) {
        if (caller.credential() == Caller.Credential.TOKEN) {
            throw new Problem(Problem.Kind.FORBIDDEN, Sentence.of("access.token.not-by-token"));
        }
    }
}
