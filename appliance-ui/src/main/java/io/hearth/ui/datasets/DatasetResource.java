package io.hearth.ui.datasets;

import io.hearth.ui.api.Params;
import io.hearth.ui.api.ProblemBody;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Texts;
import io.hearth.ui.core.Who;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.file.Files;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Datasets and their versions. */
@Path("/api/v1/datasets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Datasets")
public class DatasetResource {
    /** What people say about a dataset; what is null stays. */
    public record Description(String notes, List<String> tags) {}

    /** Who needs a version. */
    public record Needing(List<String> needing) {}

    private final DatasetCatalog catalog;
    private final RowPages pages;
    private final TokenService tokens;
    private final Who who;

    public DatasetResource(DatasetCatalog catalog, RowPages pages, TokenService tokens, Who who) {
        this.catalog = catalog;
        this.pages = pages;
        this.tokens = tokens;
        this.who = who;
    }

    @GET
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Datasets with their versions, the newest first")
    public Paged<DatasetCatalog.Listed> list(
            @QueryParam("search") String search,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit) {
        return catalog.list(who.actor(), search, Params.offset(offset), Params.limit(limit));
    }

    @GET
    @Path("/{dataset}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A dataset by id or name")
    public DatasetCatalog.Listed get(@PathParam("dataset") String dataset) {
        return catalog.get(who.actor(), dataset);
    }

    @PUT
    @Path("/{dataset}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Change notes and tags")
    public DatasetCatalog.Listed describe(@PathParam("dataset") String dataset, Description body) {
        if (body == null) {
            throw Problem.invalid("datasets.describe-body");
        }
        Dataset now = catalog.get(who.actor(), dataset).dataset();
        return catalog.describe(
                who.actor(),
                dataset,
                body.notes() == null ? now.notes() : body.notes(),
                body.tags() == null ? now.tags() : body.tags());
    }

    @DELETE
    @Path("/{dataset}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Delete a dataset with all its versions, unless something needs one of them")
    public void delete(@PathParam("dataset") String dataset) {
        catalog.delete(who.actor(), dataset);
    }

    @GET
    @Path("/versions/{version}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A version by id, by the name of its dataset (the newest), or by name:number")
    public DatasetCatalog.Detailed version(@PathParam("version") String version) {
        return catalog.version(who.actor(), version);
    }

    @DELETE
    @Path("/versions/{version}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Delete a version, unless something needs it")
    public void deleteVersion(@PathParam("version") String version) {
        catalog.deleteVersion(who.actor(), version);
    }

    @GET
    @Path("/versions/{version}/needing")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "What needs a version, and so keeps it from being deleted")
    public Needing needing(
            @PathParam("version") String version, @HeaderParam(HttpHeaders.ACCEPT_LANGUAGE) String language) {
        String id = catalog.version(who.actor(), version).version().id();
        return new Needing(catalog.needing(who.actor(), id).stream()
                .map(sentence -> Texts.say(ProblemBody.language(language), sentence))
                .toList());
    }

    @GET
    @Path("/versions/{version}/rows")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Rows of a version: of one part or of both, all or those that have a text")
    public Paged<RowPages.ShownRow> rows(
            @PathParam("version") String version,
            @QueryParam("part") String part,
            @QueryParam("search") String search,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit) {
        return pages.ofVersion(who.actor(), version, known(part), search, Params.offset(offset), Params.limit(limit));
    }

    @GET
    @Path("/versions/{version}/download")
    @Produces("application/jsonl")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "The rows of a version as JSON Lines: part is training, evaluation, or absent for both")
    public Response download(@PathParam("version") String reference, @QueryParam("part") String part) {
        known(part);
        DatasetVersion version = catalog.version(who.actor(), reference).version();
        List<java.nio.file.Path> files = catalog.files(version);
        StreamingOutput rows = out -> {
            for (int i = 0; i < files.size(); i++) {
                if (part == null || part.equals(i == 0 ? "training" : "evaluation")) {
                    Files.copy(files.get(i), out);
                }
            }
        };
        String file = version.id() + (part == null ? "" : part.equals("evaluation") ? "-evaluation" : "-training");
        return Response.ok(rows)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + file + ".jsonl\"")
                .build();
    }

    /** The part that is asked for; null: both. */
    private static String known(String part) {
        if (part != null && !part.equals("training") && !part.equals("evaluation")) {
            throw Problem.invalid("datasets.part.unknown");
        }
        return part;
    }

    @GET
    @Path("/versions/{version}/preview")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Rows as a base model will see them, with what is learnt")
    public Paged<TokenService.PreviewRow> preview(
            @PathParam("version") String version,
            @QueryParam("model") String model,
            @QueryParam("context") Integer context,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue("10") int limit) {
        return tokens.preview(who.actor(), version, model, context, Params.offset(offset), Params.limit(limit));
    }

    @GET
    @Path("/versions/{version}/tokens")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Lengths of the rows in a base model's tokens, and how many are cut by its context")
    public TokenService.Lengths tokens(
            @PathParam("version") String version,
            @QueryParam("model") String model,
            @QueryParam("context") Integer context) {
        return tokens.lengths(who.actor(), version, model, context);
    }

    @GET
    @Path("/diff")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "What differs between two versions: rows added, removed, and questions with another answer")
    public RowPages.ShownDifference difference(
            @QueryParam("from") String from,
            @QueryParam("to") String to,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit) {
        return pages.difference(who.actor(), from, to, Params.offset(offset), Params.limit(limit));
    }
}
