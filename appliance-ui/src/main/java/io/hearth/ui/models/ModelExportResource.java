package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Exports of models over HTTP. */
@Path("/api/v1/models")
@Tag(name = "Models")
@RunOnVirtualThread
public class ModelExportResource {
    private final ModelExports exports;
    private final ModelService models;
    private final Who who;

    public ModelExportResource(ModelExports exports, ModelService models, Who who) {
        this.exports = exports;
        this.models = models;
        this.who = who;
    }

    /** An export. */
    public record View(String id, String version, String state, String reason, long bytes, String file) {
        static View of(ModelExport row) {
            return new View(
                    row.id(),
                    row.version(),
                    row.state().key(),
                    row.reason(),
                    row.files().stream().mapToLong(WorkerSpec.Input::size).sum(),
                    row.state() == ModelExport.State.READY ? "/api/v1/models/exports/" + row.id() + "/file" : null);
        }
    }

    @GET
    @Path("/versions/{id}/export")
    @Produces("application/x-tar")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A version as a tar archive: whole weights, or an adapter in PEFT's layout")
    public Response version(@PathParam("id") String id) {
        ModelVersion version = models.version(who.actor(), id);
        return tar(version.model() + "-" + version.version(), version.files());
    }

    @POST
    @Path("/versions/{id}/merge")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Merge an adapter into its base, to be exported")
    public Response merge(@PathParam("id") String id) {
        return Response.accepted(View.of(exports.begin(who.actor(), id))).build();
    }

    @GET
    @Path("/exports/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "How far a merge is")
    public View get(@PathParam("id") String id) {
        return View.of(exports.get(who.actor(), id));
    }

    @GET
    @Path("/exports/{id}/file")
    @Produces("application/x-tar")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A merged model as a tar archive")
    public Response file(@PathParam("id") String id) {
        Actor actor = who.actor();
        ModelExport export = exports.get(actor, id);
        if (export.state() != ModelExport.State.READY) {
            throw Problem.conflict("models.export.not-ready");
        }
        ModelVersion version = models.version(actor, export.version());
        return tar(version.model() + "-" + version.version() + "-merged", export.files());
    }

    private Response tar(String folder, List<WorkerSpec.Input> files) {
        StreamingOutput body = out -> exports.tar(folder, files, out);
        return Response.ok(body)
                .header("Content-Disposition", "attachment; filename=\"" + folder + ".tar\"")
                .header("Content-Length", exports.tarBytes(folder, files))
                .build();
    }
}
