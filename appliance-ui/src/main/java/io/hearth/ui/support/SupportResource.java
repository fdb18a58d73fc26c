package io.hearth.ui.support;

import io.hearth.ui.api.ProblemBody;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Texts;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Support bundles over HTTP. */
@Path("/api/v1/machine/support-bundle")
@Tag(name = "System")
@RunOnVirtualThread
public class SupportResource {
    /** Where the archive of a bundle is. */
    static String address(SupportBundle bundle) {
        return "/api/v1/machine/support-bundle/" + bundle.id() + "/file";
    }

    /** A file of a bundle. */
    public record Content(String file, long bytes, String holds) {}

    /**
     * A bundle.
     *
     * @param download address of the archive
     */
    public record View(String id, Instant created, long bytes, String download, List<Content> contents) {
        static View of(SupportBundle bundle, @Nullable String languages) {
            Locale language = ProblemBody.language(languages);
            return new View(
                    bundle.id(),
                    Instant.ofEpochMilli(bundle.created()),
                    bundle.bytes(),
                    address(bundle),
                    bundle.contents().stream()
                            .map(content ->
                                    new Content(content.file(), content.bytes(), Texts.say(language, content.holds())))
                            .toList());
        }
    }

    /**
     * Where to write.
     *
     * @param stick id of a stick
     */
    public record Target(String stick) {}

    /**
     * How far it is.
     *
     * @param step {@code making}, {@code writing}, {@code written}: the stick may be pulled out, or {@code refused}
     * @param reason why it was not written, or null
     */
    public record Writing(
            String step,
            long done,
            long bytes,
            @Nullable String stick,
            @Nullable String file,
            @Nullable String reason) {
        static Writing of(StickWriting state, @Nullable String languages) {
            return new Writing(
                    state.step().name().toLowerCase(Locale.ROOT),
                    state.done(),
                    state.bytes(),
                    state.stick(),
                    state.file(),
                    state.reason() == null ? null : Texts.say(ProblemBody.language(languages), state.reason()));
        }
    }

    private final SupportBundles bundles;
    private final SupportSticks sticks;
    private final Who who;

    SupportResource(SupportBundles bundles, SupportSticks sticks, Who who) {
        this.bundles = bundles;
        this.sticks = sticks;
        this.who = who;
    }

    @POST
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary = "Make a support bundle",
            description =
                    "In the place of the one before. The answer says what each of its files holds; nothing is sent.")
    public Response make(@HeaderParam("Accept-Language") @Nullable String language) {
        return Response.status(Response.Status.CREATED)
                .entity(View.of(bundles.make(who.actor()), language))
                .build();
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "The newest support bundle, and what it holds")
    public View newest(@HeaderParam("Accept-Language") @Nullable String language) {
        return bundles.newest(who.actor())
                .map(bundle -> View.of(bundle, language))
                .orElseThrow(() -> Problem.notFound("support.none"));
    }

    @GET
    @Path("/{id}/file")
    @Produces("application/zip")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "The archive of the newest support bundle")
    public Response file(@PathParam("id") String id) {
        java.nio.file.Path archive = bundles.archive(who.actor(), id);
        return Response.ok(archive.toFile())
                .header("Content-Disposition", "attachment; filename=\"hearth-support-" + id + ".zip\"")
                .build();
    }

    @GET
    @Path("/sticks")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary = "USB sticks in the machine",
            description = "Those that a bundle can be written onto, and the others with the reason.")
    public List<Stick> sticks() {
        return sticks.sticks(who.actor());
    }

    @POST
    @Path("/stick")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary = "Make a support bundle and write it onto a stick",
            description = "It goes on by itself; GET tells how far it is, and when the stick may be pulled out.")
    public Response write(Target body) {
        if (body == null || body.stick() == null) {
            throw Problem.invalid("support.stick.id");
        }
        sticks.write(who.actor(), body.stick());
        return Response.accepted().build();
    }

    @GET
    @Path("/stick")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "How far the writing onto a stick is, or how the last one has ended")
    public Writing writing(@HeaderParam("Accept-Language") @Nullable String language) {
        return sticks.state(who.actor())
                .map(state -> Writing.of(state, language))
                .orElseThrow(() -> Problem.notFound("support.stick.none-yet"));
    }

    @DELETE
    @Path("/stick")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Call the writing onto a stick off", description = "Nothing is left on the stick.")
    public void cancel() {
        sticks.cancel(who.actor());
    }
}
