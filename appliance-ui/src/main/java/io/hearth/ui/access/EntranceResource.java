package io.hearth.ui.access;

import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Coming in and going, for programs. */
@Path("/api/v1")
@Tag(name = "Access")
@Blocking
public class EntranceResource {
    private final FirstRun firstRun;
    private final Logins logins;
    private final RequestWho who;

    public EntranceResource(FirstRun firstRun, Logins logins, RequestWho who) {
        this.firstRun = firstRun;
        this.logins = logins;
        this.who = who;
    }

    /** Makes the first administrator. */
    public record SetUp(
            @Nullable String code,
            @Nullable String name,
            @Nullable String password) {}

    /** Signs in. */
    public record Login(@Nullable String name, @Nullable String password) {}

    /**
     * A session of a program.
     *
     * @param token to be sent as {@code Authorization: Bearer …}
     * @param expires when it ends in any case; sooner if it is not used
     * @param mustChangePassword whether nothing but changing the password is allowed
     */
    public record Entered(String token, Instant expires, boolean mustChangePassword) {}

    @POST
    @Path("/setup")
    @PermitAll
    @Operation(
            summary = "Make the first administrator",
            description = "With the code that the console shows. Refused once there is a user.")
    public Entered setUp(
            SetUp request, @Context HttpServerRequest http, @HeaderParam("User-Agent") @Nullable String agent) {
        return entered(firstRun.setUp(
                request.code(),
                request.name(),
                request.password(),
                Session.Kind.PROGRAM,
                RequestIdentity.address(http),
                agent));
    }

    @POST
    @Path("/login")
    @PermitAll
    @Operation(summary = "Sign in", description = "The token ends like a session: when it is not used, or is revoked.")
    public Entered login(
            Login request, @Context HttpServerRequest http, @HeaderParam("User-Agent") @Nullable String agent) {
        return entered(logins.login(
                request.name(), request.password(), Session.Kind.PROGRAM, RequestIdentity.address(http), agent));
    }

    @POST
    @Path("/logout")
    @Authenticated
    @Operation(summary = "End the session of this request")
    public Response logout() {
        logins.logout(who.caller());
        return Response.noContent().build();
    }

    private static Entered entered(Logins.Started started) {
        return new Entered(
                started.secret(),
                Instant.ofEpochMilli(started.session().expires()),
                started.user().mustChange());
    }
}
