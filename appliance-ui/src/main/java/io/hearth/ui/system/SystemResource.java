package io.hearth.ui.system;

import io.hearth.ui.certificates.HouseCertificate;
import io.hearth.ui.certificates.PagesCertificate;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The machine's network, time and disks over HTTP. */
@Path("/api/v1/machine")
@Tag(name = "System")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SystemResource {
    private final SystemService system;
    private final PagesCertificate certificate;
    private final Who who;

    SystemResource(SystemService system, PagesCertificate certificate, Who who) {
        this.system = system;
        this.certificate = certificate;
        this.who = who;
    }

    /**
     * Time servers.
     *
     * @param servers names or addresses; empty: those that the network names
     */
    public record TimeServers(List<String> servers) {}

    /**
     * A certificate for the pages.
     *
     * @param chain in PEM: the own one, then those that signed it
     * @param key its private key in PEM, not encrypted
     */
    public record NewCertificate(String chain, String key) {
        @Override
        public String toString() {
            return "NewCertificate";
        }
    }

    /** What was found in one. */
    public record CheckedCertificate(
            Set<String> names,
            String issuer,
            Instant begins,
            Instant ends,
            String keyType,
            int length,
            String fingerprint,
            List<String> remarks) {
        static CheckedCertificate of(HouseCertificate checked) {
            return new CheckedCertificate(
                    checked.names(),
                    checked.issuer(),
                    checked.begins(),
                    checked.ends(),
                    checked.keyType(),
                    checked.length(),
                    checked.fingerprint(),
                    checked.remarks().stream().map(Sentence::toString).toList());
        }
    }

    @GET
    @Path("/certificate")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "The certificate that pages and API show")
    public PagesCertificate.Shown certificate() {
        return certificate.shown();
    }

    @POST
    @Path("/certificate/check")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Look at a certificate with its key, without using it")
    public CheckedCertificate check(NewCertificate given) {
        return CheckedCertificate.of(checked(given));
    }

    @PUT
    @Path("/certificate")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary = "Show another certificate from now on",
            description = "Connections that are made afterwards see it; nothing restarts.")
    public PagesCertificate.Shown use(NewCertificate given) {
        certificate.use(who.actor(), checked(given));
        return certificate.shown();
    }

    @DELETE
    @Path("/certificate")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Show the appliance's own certificate again")
    public PagesCertificate.Shown useOwn() {
        certificate.useOwn(who.actor());
        return certificate.shown();
    }

    private HouseCertificate checked(NewCertificate given) {
        if (given == null || given.chain() == null || given.key() == null) {
            throw Problem.invalid("system.certificate.missing");
        }
        return certificate.check(who.actor(), given.chain(), given.key(), "");
    }

    @GET
    @Path("/network")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Interfaces, addresses, routers and name servers of the machine")
    public MachineFacts.Network network() {
        return system.network(who.actor());
    }

    @PUT
    @Path("/network")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary = "Try other settings of the network",
            description = "They are taken back after 90 seconds unless they are confirmed.")
    public MachineFacts.Trial tryNetwork(MachineFacts.NetworkWish wish) {
        if (wish == null) {
            throw Problem.invalid("system.network.missing");
        }
        return system.tryNetwork(who.actor(), wish);
    }

    @POST
    @Path("/network/confirm")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Keep the settings of the network that are being tried")
    public MachineFacts.Trial confirm() {
        return system.confirmNetwork(who.actor());
    }

    @GET
    @Path("/time")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "The machine's clock and of whom it is asked")
    public MachineFacts.Time time() {
        return system.time(who.actor());
    }

    @PUT
    @Path("/time")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Set the time servers")
    public MachineFacts.Time setTime(TimeServers body) {
        if (body == null || body.servers() == null) {
            throw Problem.invalid("system.time.missing");
        }
        system.setTime(who.actor(), body.servers());
        return system.time(who.actor());
    }

    @GET
    @Path("/disks")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Room on the data partition, and what the disks say of their health")
    public MachineFacts.Disks disks() {
        return system.disks(who.actor());
    }
}
