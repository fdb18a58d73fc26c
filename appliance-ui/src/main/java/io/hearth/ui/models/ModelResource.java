package io.hearth.ui.models;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The registry over HTTP. */
@Path("/api/v1/models")
@Tag(name = "Models")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ModelResource {
    private final ModelService models;
    private final Who who;

    public ModelResource(ModelService models, Who who) {
        this.models = models;
        this.who = who;
    }

    /** Notes and tags; null leaves them as they are. */
    public record Description(String notes, List<String> tags) {}

    /** Where an alias points: id of a version of the model, or its reference; and why, if there is an objection. */
    public record AliasTarget(String version, String reason) {}

    /** A version with what it was made of and what needs it. */
    public record VersionView(ModelVersion version, String name, JsonNode madeOf, List<String> neededBy) {}

    @GET
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Models by name, with their versions and aliases")
    public Paged<ModelDetail> list(
            @QueryParam("offset") @DefaultValue("0") long offset, @QueryParam("limit") @DefaultValue("50") int limit) {
        return models.list(who.actor(), Math.max(0, offset), Math.clamp(limit, 1, 500));
    }

    @GET
    @Path("/{name}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A model with its versions and aliases")
    public ModelDetail get(@PathParam("name") String name) {
        return models.get(who.actor(), name);
    }

    @PATCH
    @Path("/{name}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Change notes and tags of a model")
    public ModelDetail describe(@PathParam("name") String name, Description description) {
        return models.describe(who.actor(), name, description.notes(), description.tags());
    }

    @GET
    @Path("/{name}/aliases/{alias}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "The version that an alias points to")
    public ModelVersion alias(@PathParam("name") String name, @PathParam("alias") String alias) {
        return models.version(who.actor(), name + "@" + alias);
    }

    @PUT
    @Path("/{name}/aliases/{alias}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Point an alias to a version")
    public ModelVersion setAlias(@PathParam("name") String name, @PathParam("alias") String alias, AliasTarget target) {
        models.alias(who.actor(), name, alias, String.valueOf(target.version()), target.reason());
        return alias(name, alias);
    }

    @DELETE
    @Path("/{name}/aliases/{alias}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Take an alias away")
    public void removeAlias(@PathParam("name") String name, @PathParam("alias") String alias) {
        models.removeAlias(who.actor(), name, alias);
    }

    @GET
    @Path("/versions/{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A version, what it was made of, and what needs it")
    public VersionView version(@PathParam("id") String id) {
        ModelVersion version = models.version(who.actor(), id);
        return new VersionView(
                version,
                version.model() + ":" + version.version(),
                models.madeOf(who.actor(), id),
                models.needing(who.actor(), id).stream().map(Object::toString).toList());
    }

    @GET
    @Path("/versions/{id}/lineage")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "What a version was made of and what was made of it, as a graph")
    public LineageDrawing lineage(@PathParam("id") String id) {
        return models.lineage(who.actor(), id);
    }

    @DELETE
    @Path("/versions/{id}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Delete a version that nothing depends on")
    public void delete(@PathParam("id") String id) {
        models.delete(who.actor(), id);
    }
}
