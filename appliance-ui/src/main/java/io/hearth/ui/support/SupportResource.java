package io.hearth.ui.support;

import io.hearth.ui.api.ProblemBody;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Texts;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
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

    private final SupportBundles bundles;
    private final Who who;

    SupportResource(SupportBundles bundles, Who who) {
        this.bundles = bundles;
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
}
