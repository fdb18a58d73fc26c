package io.hearth.ui.access;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.settings.Settings;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first administrator. Until there is one, a code is shown on the console and lies in {@code keys/first-run-code}: whoever
 * can read those owns the machine anyway. It stays the same over restarts, works once, and is gone afterwards.
 *
 * <p>The set-up in a browser has steps before that, which the code opens too. Who has typed it gets a secret, the entry, of which a hash is
 * kept beside the code, so that a reload or a power cut does not ask for the code again; the last one who typed it has the only entry.
 */
@ApplicationScoped
public class FirstRun {
    private final Database database;
    private final Logins logins;
    private final Settings settings;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;
    private final Path file;
    private final Path entryFile;

    public FirstRun(
            Database database,
            Logins logins,
            Settings settings,
            AuditLog audit,
            News news,
            Clock clock,
            HearthHome home) {
        this.database = database;
        this.logins = logins;
        this.settings = settings;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
        this.file = home.keys().resolve("first-run-code");
        this.entryFile = home.keys().resolve("first-run-entry");
    }

    void begin(@Observes StartupEvent start) {
        code();
    }

    /** Whether there is no user yet. */
    public boolean isOpen() {
        return database.read(h -> UserStore.count(h, "")) == 0;
    }

    /** The code, made if there is none; nothing once there is a user. */
    public synchronized Optional<String> code() {
        try {
            if (!isOpen()) {
                Files.deleteIfExists(file);
                Files.deleteIfExists(entryFile);
                return Optional.empty();
            }
            if (!Files.exists(file)) {
                Secrets.write(file, String.join("-", Ids.random(5), Ids.random(5), Ids.random(5), Ids.random(5)));
            }
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("The first-run code " + file + " cannot be read or deleted.", e);
        }
    }

    /**
     * Makes the first administrator and signs them in.
     *
     * @throws Problem of kind CONFLICT if there is a user already, FORBIDDEN if the code is wrong, LIMITED after too many
     *     attempts, INVALID if the name or the password will not do
     */
    public Logins.Started setUp(
            @Nullable String code,
            @Nullable String name,
            @Nullable String password,
            Session.Kind kind,
            String address,
            @Nullable String agent) {
        check(code, address);
        return make(name, password, kind, address, agent);
    }

    /**
     * Lets somebody into the set-up who knows the code.
     *
     * @return the entry, for {@link #entered} and {@link #setUpEntered}
     * @throws Problem as {@link #setUp(String, String, String, Session.Kind, String, String)}
     */
    public synchronized String enter(@Nullable String code, String address) {
        check(code, address);
        String entry = Secrets.make("");
        Secrets.write(entryFile, Secrets.hash(entry));
        return entry;
    }

    /** Whether an entry is the one that holds. */
    public synchronized boolean holds(@Nullable String entry) {
        try {
            return entry != null
                    && isOpen()
                    && Files.exists(entryFile)
                    && MessageDigest.isEqual(
                            Secrets.hash(entry).getBytes(StandardCharsets.UTF_8),
                            Files.readString(entryFile).strip().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("The entry " + entryFile + " cannot be read.", e);
        }
    }

    /**
     * Who has an entry: nobody who has a name yet, and who may do what an administrator may.
     *
     * @throws Problem of kind CONFLICT if there is a user already, FORBIDDEN if somebody else has typed the code meanwhile
     */
    public Actor entered(@Nullable String entry, String address) {
        if (!isOpen()) {
            throw over();
        }
        if (!holds(entry)) {
            throw new Problem(Problem.Kind.FORBIDDEN, Sentence.of("access.setup.elsewhere"));
        }
        return new Actor("first-run", "First run", Role.ADMINISTRATOR, address);
    }

    /**
     * Makes the first administrator for the one who has an entry, and signs them in.
     *
     * @throws Problem as {@link #entered}; INVALID if the name or the password will not do
     */
    public Logins.Started setUpEntered(
            @Nullable String entry,
            @Nullable String name,
            @Nullable String password,
            String address,
            @Nullable String agent) {
        entered(entry, address);
        return make(name, password, Session.Kind.BROWSER, address, agent);
    }

    private void check(@Nullable String code, String address) {
        String wanted = code().orElseThrow(FirstRun::over);
        // Committed by itself: a wrong guess counts, and a right one leaves nothing behind.
        database.run(h -> LoginGuard.attemptAtSetup(h, address, clock.millis()));
        if (!same(code == null ? "" : code, wanted)) {
            throw new Problem(Problem.Kind.FORBIDDEN, Sentence.of("access.setup.code"));
        }
        database.run(h -> LoginGuard.forgiveSetup(h, address));
    }

    private Logins.Started make(
            @Nullable String name,
            @Nullable String password,
            Session.Kind kind,
            String address,
            @Nullable String agent) {
        String clean = User.checkedName(name);
        PasswordRules.check(password, clean, settings.get(Settings.PASSWORD_LENGTH));
        String hash = Passwords.hash(password);
        Logins.Started started = database.write(h -> {
            if (UserStore.count(h, "") > 0) {
                throw over();
            }
            long now = clock.millis();
            User user = new User(Ids.next("user"), clean, Role.ADMINISTRATOR, false, false, null, null, now, now, null);
            UserStore.insert(h, user, hash);
            Actor actor = new Actor(user.id(), user.name(), user.role(), address);
            audit.record(h, actor, "access.setup", user.id(), Map.of("name", user.name()));
            return logins.start(h, user, kind, address, agent, "access.login");
        });
        code();
        news.publish(News.Topic.USERS, started.user().id());
        return started;
    }

    /** Compares in a time that tells nothing, forgiving what reading aloud confuses. */
    private static boolean same(String typed, String wanted) {
        return MessageDigest.isEqual(
                plain(typed).getBytes(StandardCharsets.UTF_8), plain(wanted).getBytes(StandardCharsets.UTF_8));
    }

    private static String plain(String code) {
        return code.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]", "")
                .replace('o', '0')
                .replace('i', '1')
                .replace('l', '1');
    }

    private static Problem over() {
        return Problem.conflict("access.setup.over");
    }
}
