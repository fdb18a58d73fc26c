package io.hearth.ui.access;

import io.hearth.ui.core.Database;
import io.hearth.ui.core.Role;
import io.hearth.ui.settings.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Says who stands behind a credential. Reads the rows every time, so that what is revoked ends at once. */
@ApplicationScoped
public class Credentials {
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    private final Database database;
    private final Settings settings;
    private final Secrets secrets;
    private final Clock clock;

    public Credentials(Database database, Settings settings, Secrets secrets, Clock clock) {
        this.database = database;
        this.settings = settings;
        this.secrets = secrets;
        this.clock = clock;
    }

    /**
     * Who has this cookie.
     *
     * @param active whether a person did something: what a page does by itself keeps no session alive
     */
    public Optional<Caller> ofCookie(String secret, String address, boolean active) {
        return secret.startsWith(Session.Kind.BROWSER.prefix())
                ? ofSession(secret, address, active, Caller.Credential.COOKIE)
                : Optional.empty();
    }

    /** Who sends this bearer token: a program's session or a user's token. Never the secret of a cookie. */
    public Optional<Caller> ofBearer(String secret, String address) {
        if (secret.startsWith(Session.Kind.PROGRAM.prefix())) {
            return ofSession(secret, address, true, Caller.Credential.SESSION);
        }
        return secret.startsWith(ApiToken.PREFIX) ? ofToken(secret, address) : Optional.empty();
    }

    /** The caller of a session that a page was opened in, as they are now; nothing if the session has ended. */
    public Optional<Caller> again(Caller before) {
        return database.read(h -> {
            long now = clock.millis();
            return SessionStore.byId(h, before.credentialId(), now, now - idle(h))
                    .flatMap(session -> caller(h, session, before.address(), before.credential()));
        });
    }

    private Optional<Caller> ofSession(String secret, String address, boolean active, Caller.Credential credential) {
        long now = clock.millis();
        String hash = Secrets.hash(secret);
        Optional<Session> session = database.read(h -> SessionStore.byHash(h, hash, now, now - idle(h)));
        if (active && session.isPresent() && now - session.get().seen() >= MINUTE) {
            database.run(h -> SessionStore.touch(h, session.get().id(), now));
        }
        return session.flatMap(one -> database.read(h -> caller(h, one, address, credential)));
    }

    private static Optional<Caller> caller(
            Handle handle, Session session, String address, Caller.Credential credential) {
        return UserStore.byId(handle, session.userId())
                .filter(user -> !user.disabled())
                .map(user -> new Caller(user, user.role(), credential, session.id(), address));
    }

    private Optional<Caller> ofToken(String secret, String address) {
        long now = clock.millis();
        String hash = secrets.tokenHash(secret);
        Optional<ApiToken> token = database.read(h -> TokenStore.byHash(h, hash, now));
        Optional<Caller> caller = token.flatMap(one -> database.read(h -> UserStore.byId(h, one.userId()))
                .filter(user -> !user.disabled())
                .map(user ->
                        new Caller(user, lesser(one.role(), user.role()), Caller.Credential.TOKEN, one.id(), address)));
        if (caller.isPresent()
                && (token.get().used() == null || now - token.get().used() >= MINUTE)) {
            database.run(h -> TokenStore.touch(h, token.get().id(), now, address));
        }
        return caller;
    }

    /** A token never does more than its owner may by now. */
    private static Role lesser(Role one, Role other) {
        return one.covers(other) ? other : one;
    }

    private long idle(Handle handle) {
        return Duration.ofMinutes(settings.get(handle, Settings.SESSION_IDLE_MINUTES))
                .toMillis();
    }
}
