package io.hearth.ui.access;

import io.hearth.ui.audit.Audit;
import io.hearth.ui.audit.AuditEntry;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.audit.AuditQuery;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.settings.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** The services of this package on a database of their own, with a clock that a test moves. */
final class AccessFixture implements AutoCloseable {
    static final String PASSWORD = "four candles and a fork";
    static final String ADDRESS = "192.0.2.7";

    final Hand clock = new Hand();
    final HearthHome home;
    final Database database;
    final AuditLog audit = new AuditLog(clock);
    final News news = new News();
    final Settings settings;
    final Secrets secrets;
    final Logins logins;
    final FirstRun firstRun;
    final Users users;
    final Account account;
    final Tokens tokens;
    final LoginSessions sessions;
    final Credentials credentials;

    AccessFixture(Path folder) {
        home = new HearthHome(folder);
        home.folder(".");
        database = Database.open(home.database());
        settings = new Settings(database, audit, news, clock);
        secrets = new Secrets(home);
        logins = new Logins(database, audit, settings, news, clock);
        firstRun = new FirstRun(database, logins, settings, audit, news, clock, home);
        users = new Users(database, audit, settings, news, clock);
        account = new Account(database, audit, settings, news, clock);
        tokens = new Tokens(database, audit, secrets, news, clock);
        sessions = new LoginSessions(database, audit, settings, news, clock);
        credentials = new Credentials(database, settings, secrets, clock);
    }

    /** Makes the first administrator. */
    Logins.Started ada() {
        return firstRun.setUp(firstRun.code().orElseThrow(), "ada", PASSWORD, Session.Kind.BROWSER, ADDRESS, "test");
    }

    /** Adds a user with the usual password. */
    User add(String name, Role role) {
        return users.add(Actor.SYSTEM, name, role, PASSWORD, false).user();
    }

    Logins.Started login(String name, String password) {
        return login(name, password, ADDRESS);
    }

    Logins.Started login(String name, String password, String address) {
        return logins.login(name, password, Session.Kind.BROWSER, address, "test");
    }

    Caller caller(Logins.Started started) {
        return credentials.ofCookie(started.secret(), ADDRESS, true).orElseThrow();
    }

    List<AuditEntry> written(String action) {
        return new Audit(database, audit)
                .search(Actor.SYSTEM, new AuditQuery(null, null, null, action, null, null), 0, 500)
                .items();
    }

    @Override
    public void close() {
        database.close();
    }

    /** A clock that stands still until it is moved. */
    static final class Hand extends Clock {
        private Instant now = Instant.parse("2026-03-01T08:00:00Z");

        void forward(Duration by) {
            now = now.plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
