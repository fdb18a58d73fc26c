package io.hearth.ui.certificates;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** The certificate that pages and API show, changed while they run: connections from then on see it. For administrators. */
@ApplicationScoped
public class PagesCertificate {
    private static final String TLS = "hearth";
    private static final String SUBJECT = "certificate";

    private final Certificates certificates;
    private final TlsConfigurationRegistry registry;
    private final Event<CertificateUpdatedEvent> updated;
    private final Event<Changed> changed;
    private final Database database;
    private final AuditLog audit;
    private final Clock clock;

    PagesCertificate(
            Certificates certificates,
            TlsConfigurationRegistry registry,
            Event<CertificateUpdatedEvent> updated,
            Event<Changed> changed,
            Database database,
            AuditLog audit,
            Clock clock) {
        this.certificates = certificates;
        this.registry = registry;
        this.updated = updated;
        this.changed = changed;
        this.database = database;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Another certificate is shown.
     *
     * @param fingerprint SHA-256 of it
     */
    public record Changed(String fingerprint) {}

    /**
     * What is shown.
     *
     * @param ofTheHouse whether somebody has given it; else the appliance has made it, and renews it
     * @param names names and addresses that it is for
     */
    public record Shown(boolean ofTheHouse, String fingerprint, Set<String> names, String issuer, Instant ends) {}

    /** What is shown now. */
    public Shown shown() {
        return new Shown(
                certificates.ofTheHouseShown(),
                certificates.fingerprint(),
                Certificates.namesOf(certificates.shown()),
                certificates.shown().getIssuerX500Principal().getName(),
                certificates.serverEnds());
    }

    /**
     * Looks at what somebody gives, and changes nothing.
     *
     * @throws Problem as {@link HouseCertificate#of}
     */
    public HouseCertificate check(Actor actor, String chain, String key, String host) {
        actor.needs(Role.ADMINISTRATOR);
        return HouseCertificate.of(chain, key, host, clock);
    }

    /** Shows it from now on. */
    public void use(Actor actor, HouseCertificate given) {
        actor.needs(Role.ADMINISTRATOR);
        certificates.show(given.identity());
        record(actor, "certificate.replace");
        tellServer();
    }

    /**
     * Shows the appliance's own again.
     *
     * @throws Problem of kind CONFLICT if that is so already
     */
    public void useOwn(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        if (!certificates.ofTheHouseShown()) {
            throw Problem.conflict("certificates.own.already");
        }
        certificates.showOwn();
        record(actor, "certificate.own");
        tellServer();
    }

    /**
     * Renews what is near its end, and shows the appliance's own certificate instead of one of the house that has ended.
     *
     * @return whether a certificate is another one now
     */
    public boolean refresh() {
        boolean another = certificates.refresh();
        if (another) {
            tellServer();
        }
        return another;
    }

    private void record(Actor actor, String action) {
        Shown now = shown();
        Map<String, Object> details = Map.of(
                "fingerprint",
                now.fingerprint(),
                "names",
                String.join(" ", now.names()),
                "ends",
                now.ends().toString());
        database.run(h -> audit.record(h, actor, action, SUBJECT, details));
    }

    /** What serves the pages reads the file again, without a restart; connections that are open go on. */
    private void tellServer() {
        TlsConfiguration tls = registry.get(TLS).orElseThrow();
        if (tls.reload()) {
            updated.fire(new CertificateUpdatedEvent(TLS, tls));
        }
        changed.fire(new Changed(certificates.fingerprint()));
    }
}
