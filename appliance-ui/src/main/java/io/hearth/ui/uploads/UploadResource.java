package io.hearth.ui.uploads;

import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Files in chunks, for datasets and models. */
@Path("/api/v1/uploads")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Uploads", description = "Files in chunks, resumable: for datasets and models")
public class UploadResource {
    /** What a new upload needs. */
    public record NewUpload(String name, Long size) {}

    private final UploadService uploads;
    private final Who who;

    public UploadResource(UploadService uploads, Who who) {
        this.uploads = uploads;
        this.who = who;
    }

    @POST
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Begin an upload; then send its bytes with PUT, chunk after chunk")
    public Response create(NewUpload body) {
        if (body == null || body.name() == null || body.size() == null) {
            throw Problem.invalid("uploads.body");
        }
        UploadState state = uploads.create(who.actor(), body.name(), body.size());
        return Response.status(Response.Status.CREATED).entity(state).build();
    }

    @GET
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Your uploads that are not yet made into a dataset or a model")
    public Paged<UploadState> list() {
        List<UploadState> all = uploads.list(who.actor());
        return new Paged<>(all, all.size(), 0);
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "How far an upload is: go on from \"received\"")
    public UploadState get(@PathParam("id") String id) {
        return uploads.get(who.actor(), id);
    }

    @PUT
    @Path("/{id}")
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Send the next bytes, at most chunkSize of them; \"offset\" is what has been received so far")
    public UploadState append(@PathParam("id") String id, @QueryParam("offset") Long offset, InputStream bytes) {
        if (offset == null) {
            throw Problem.invalid("uploads.no-offset");
        }
        return uploads.append(who.actor(), id, offset, bytes);
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Give an upload up")
    public void delete(@PathParam("id") String id) {
        uploads.delete(who.actor(), id);
    }
}
