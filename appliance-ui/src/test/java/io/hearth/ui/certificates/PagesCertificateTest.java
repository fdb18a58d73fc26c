package io.hearth.ui.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Role;
import io.hearth.ui.gateway.SetClock;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever serves the pages, and the console, are told of a certificate that changes by itself. That a server then shows it: SystemPageIT. */
class PagesCertificateTest {
    private static final Actor ADA = new Actor("u-1", "ada", Role.ADMINISTRATOR, "127.0.0.1");

    @TempDir
    Path folder;

    private final SetClock clock = new SetClock();
    private final Told<CertificateUpdatedEvent> server = new Told<>();
    private final Told<PagesCertificate.Changed> console = new Told<>();
    private Certificates certificates;
    private PagesCertificate pages;
    private Database database;

    @BeforeEach
    void start() {
        HearthHome home = new HearthHome(folder);
        database = Database.open(home.database());
        certificates = new Certificates(home, clock, Optional.empty());
        pages = new PagesCertificate(
                certificates, new Registry(), server, console, database, new AuditLog(clock), clock);
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void nobodyIsToldOfNothing() {
        assertThat(pages.refresh()).isFalse();
        assertThat(server.told).isEmpty();
        assertThat(console.told).isEmpty();
    }

    @Test
    void itsOwnIsRenewedNearItsEnd() {
        String before = certificates.fingerprint();
        clock.pass(Duration.ofDays(350).toMillis());
        assertThat(pages.refresh()).isTrue();
        assertThat(certificates.fingerprint()).isNotEqualTo(before);
        assertToldOnce();
    }

    @Test
    void oneOfTheHouseThatHasEndedGivesWayToItsOwn() throws Exception {
        String own = certificates.fingerprint();
        TestCertificates.Made made = TestCertificates.ofTheHouse(clock.instant(), "llm.house.example");
        pages.use(ADA, pages.check(ADA, made.chainPem(), made.keyPem(), ""));
        assertThat(console.told).containsExactly(new PagesCertificate.Changed(made.fingerprint()));
        server.told.clear();
        console.told.clear();
        clock.pass(Duration.ofDays(301).toMillis());
        assertThat(pages.refresh()).isTrue();
        assertThat(certificates.fingerprint()).isEqualTo(own);
        assertThat(certificates.houseHasEnded()).isTrue();
        assertToldOnce();
        assertThat(pages.refresh()).isFalse();
    }

    private void assertToldOnce() {
        assertThat(server.told).hasSize(1);
        assertThat(console.told).containsExactly(new PagesCertificate.Changed(certificates.fingerprint()));
    }

    /** A registry whose one configuration can be read again at any time. */
    private static final class Registry implements TlsConfigurationRegistry {
        private final TlsConfiguration only = new BaseTlsConfiguration() {
            @Override
            public boolean reload() {
                return true;
            }
        };

        @Override
        public Optional<TlsConfiguration> get(String name) {
            return Optional.of(only);
        }

        @Override
        public Optional<TlsConfiguration> getDefault() {
            return Optional.empty();
        }

        @Override
        public void register(String name, TlsConfiguration configuration) {
            throw new UnsupportedOperationException();
        }
    }

    /** Keeps what is fired. */
    private static final class Told<T> implements Event<T> {
        final List<T> told = new ArrayList<>();

        @Override
        public void fire(T event) {
            told.add(event);
        }

        @Override
        public <U extends T> CompletionStage<U> fireAsync(U event) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <U extends T> CompletionStage<U> fireAsync(U event, NotificationOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Event<T> select(Annotation... qualifiers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <U extends T> Event<U> select(Class<U> subtype, Annotation... qualifiers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <U extends T> Event<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
            throw new UnsupportedOperationException();
        }
    }
}
