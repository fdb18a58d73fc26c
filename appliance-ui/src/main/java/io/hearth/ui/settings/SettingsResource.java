package io.hearth.ui.settings;

import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Settings of the whole appliance. */
@Path("/api/v1/settings")
@Tag(name = "Settings")
@Blocking
public class SettingsResource {
    private final Settings settings;
    private final Certificates certificates;
    private final Who who;

    public SettingsResource(Settings settings, Certificates certificates, Who who) {
        this.settings = settings;
        this.certificates = certificates;
        this.who = who;
    }

    /**
     * The certificate of the HTTPS ports.
     *
     * @param fingerprint SHA-256, as browsers show it
     */
    public record Certificate(String fingerprint, Instant ends) {}

    @GET
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Show all settings")
    public Map<String, Object> all() {
        return settings.all();
    }

    @PATCH
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Change settings", description = "All that are named, or none if one is not allowed.")
    public Map<String, Object> change(Map<String, Object> values) {
        Map<String, String> texts = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (value == null || value instanceof Map || value instanceof Iterable) {
                throw Problem.invalid("settings.unusable", name);
            }
            texts.put(name, String.valueOf(value));
        });
        settings.put(who.actor(), texts);
        return settings.all();
    }

    @GET
    @Path("/certificate")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Show the certificate of this appliance")
    public Certificate certificate() {
        return new Certificate(certificates.fingerprint(), certificates.serverEnds());
    }
}
