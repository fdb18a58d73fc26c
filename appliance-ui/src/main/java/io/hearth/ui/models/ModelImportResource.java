package io.hearth.ui.models;

import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.hearth.ui.models.check.Finding;
import io.hearth.ui.models.check.ModelFacts;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Imports of models over HTTP. */
@Path("/api/v1/models/imports")
@Tag(name = "Models")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ModelImportResource {
    private final ModelImports imports;
    private final Who who;

    public ModelImportResource(ModelImports imports, Who who) {
        this.imports = imports;
        this.who = who;
    }

    /**
     * What to import.
     *
     * @param name name of the model; absent: made of the file's or folder's
     * @param upload id of a finished upload
     * @param folder or a folder on the control plane's machine
     * @param base for an adapter: its base
     */
    public record Request(String name, String upload, String folder, String base) {}

    /** Something about a file. */
    public record Remark(String file, String reason) {
        static List<Remark> of(List<Finding> findings) {
            return findings.stream()
                    .map(finding -> new Remark(finding.file(), finding.reason().toString()))
                    .toList();
        }
    }

    /** An import. */
    public record View(
            String id,
            String model,
            String source,
            String state,
            long doneBytes,
            long totalBytes,
            List<Remark> problems,
            List<Remark> remarks,
            ModelFacts facts,
            String version,
            boolean known) {
        static View of(ModelImport row) {
            return new View(
                    row.id(),
                    row.model(),
                    row.sourceName(),
                    row.state().key(),
                    row.doneBytes(),
                    row.totalBytes(),
                    Remark.of(row.problems()),
                    Remark.of(row.remarks()),
                    row.facts(),
                    row.version(),
                    row.known());
        }
    }

    @POST
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Import a model from an upload or a folder")
    public Response begin(Request request) {
        if (request == null || (request.upload() == null) == (request.folder() == null)) {
            throw Problem.invalid("models.import.either");
        }
        ModelImport begun = request.upload() != null
                ? imports.fromUpload(who.actor(), request.name(), request.upload(), request.base())
                : imports.fromFolder(who.actor(), request.name(), request.folder(), request.base());
        return Response.accepted(View.of(begun)).build();
    }

    @GET
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "The newest imports")
    public Paged<View> list() {
        List<View> newest =
                imports.newest(who.actor(), 50).stream().map(View::of).toList();
        return new Paged<>(newest, newest.size(), 0);
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "How far an import is, and why it was refused")
    public View get(@PathParam("id") String id) {
        return View.of(imports.get(who.actor(), id));
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Stop an import")
    public void cancel(@PathParam("id") String id) {
        imports.cancel(who.actor(), id);
    }

    @GET
    @Path("/folders")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Folders from which models can be imported")
    public List<ImportRoots.Folder> folders(@QueryParam("in") String path) {
        return imports.browse(who.actor(), path);
    }
}
