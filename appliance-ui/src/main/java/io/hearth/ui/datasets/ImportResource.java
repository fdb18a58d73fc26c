package io.hearth.ui.datasets;

import io.hearth.ui.api.Params;
import io.hearth.ui.api.ProblemBody;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Texts;
import io.hearth.ui.core.Who;
import io.hearth.ui.datasets.reading.ImportSettings;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Uploads on their way to dataset versions. */
@Path("/api/v1/datasets/imports")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Datasets", description = "Uploaded rows: read, examined, split, and kept in versions that never change")
public class ImportResource {
    /**
     * What a new import needs.
     *
     * @param upload id of a whole upload
     * @param name name of the dataset; by default that of the file
     * @param evaluationUpload id of another upload with the rows to hold out
     * @param settings what is known already; by default all is found out
     */
    public record NewImport(String upload, String name, String evaluationUpload, ImportSettings settings) {}

    /** Why an import failed. */
    public record Failure(String code, String detail) {}

    /** An import. */
    public record ImportStatus(
            String id,
            String name,
            String state,
            String fileName,
            long bytes,
            String evaluationFileName,
            ImportSettings settings,
            Progress progress,
            Report report,
            Failure failure,
            String version,
            String owner,
            long created) {}

    /** A bad row with its reason in the language of the request. */
    public record SaidBadRow(String file, long line, int column, String code, String reason, String excerpt) {}

    private final ImportService imports;
    private final ImportCommit commits;
    private final RowPages pages;
    private final TokenService tokens;
    private final Who who;

    public ImportResource(ImportService imports, ImportCommit commits, RowPages pages, TokenService tokens, Who who) {
        this.imports = imports;
        this.commits = commits;
        this.pages = pages;
        this.tokens = tokens;
        this.who = who;
    }

    @POST
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Begin to read an upload; then ask for the import until it is ready")
    public Response begin(NewImport body, @HeaderParam(HttpHeaders.ACCEPT_LANGUAGE) String language) {
        if (body == null || body.upload() == null) {
            throw Problem.invalid("datasets.import.body");
        }
        Import one = imports.begin(who.actor(), body.upload(), body.name(), body.evaluationUpload(), body.settings());
        return Response.accepted(status(one, language)).build();
    }

    @GET
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Imports, the newest first")
    public Paged<ImportStatus> list(
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit,
            @HeaderParam(HttpHeaders.ACCEPT_LANGUAGE) String language) {
        Paged<Import> page = imports.list(who.actor(), Params.offset(offset), Params.limit(limit));
        return new Paged<>(
                page.items().stream().map(one -> status(one, language)).toList(), page.total(), page.offset());
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "An import: how far it is, and the report when it is ready")
    public ImportStatus get(@PathParam("id") String id, @HeaderParam(HttpHeaders.ACCEPT_LANGUAGE) String language) {
        return status(imports.get(who.actor(), id), language);
    }

    @PUT
    @Path("/{id}/mapping")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Read the file again with other settings: shape and columns, encoding, delimiter, sheet …")
    public Response settle(
            @PathParam("id") String id,
            ImportSettings settings,
            @HeaderParam(HttpHeaders.ACCEPT_LANGUAGE) String language) {
        if (settings == null) {
            throw Problem.invalid("datasets.import.no-settings");
        }
        return Response.accepted(status(imports.settle(who.actor(), id, settings), language))
                .build();
    }

    @POST
    @Path("/{id}/commit")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Make a version of what was read; going on without bad rows must be said")
    public DatasetVersion commit(@PathParam("id") String id, ImportCommit.Choice choice) {
        return commits.commit(who.actor(), id, choice == null ? ImportCommit.Choice.DEFAULT : choice);
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Give an import up; also cancels its reading")
    public void delete(@PathParam("id") String id) {
        imports.delete(who.actor(), id);
    }

    @GET
    @Path("/{id}/bad-rows")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Rows that cannot be used, with line, column and reason")
    public Paged<SaidBadRow> badRows(
            @PathParam("id") String id,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit,
            @HeaderParam(HttpHeaders.ACCEPT_LANGUAGE) String language) {
        Locale locale = ProblemBody.language(language);
        Paged<StoredBadRow> page = imports.badRows(who.actor(), id, Params.offset(offset), Params.limit(limit));
        List<SaidBadRow> rows = page.items().stream()
                .map(row -> new SaidBadRow(
                        row.file(),
                        row.line(),
                        row.column(),
                        row.code(),
                        Texts.say(locale, row.reason()),
                        row.excerpt()))
                .toList();
        return new Paged<>(rows, page.total(), page.offset());
    }

    @GET
    @Path("/{id}/bad-rows.csv")
    @Produces("text/csv;charset=UTF-8")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "All bad rows as a CSV")
    public Response badRowsCsv(@PathParam("id") String id, @HeaderParam(HttpHeaders.ACCEPT_LANGUAGE) String language) {
        java.nio.file.Path file = imports.badRowsFile(who.actor(), id);
        StreamingOutput csv = out -> BadRowsCsv.write(file, ProblemBody.language(language), out);
        return Response.ok(csv)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"bad-rows.csv\"")
                .build();
    }

    @GET
    @Path("/{id}/rows")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Good rows in their canonical form, with their lines in the file")
    public Paged<RowPages.ShownRow> rows(
            @PathParam("id") String id,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit) {
        return pages.ofImport(who.actor(), id, Params.offset(offset), Params.limit(limit));
    }

    @GET
    @Path("/{id}/groups/{kind}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Rows that belong together: duplicates, contradictions, or leaks")
    public Paged<RowPages.ShownGroup> groups(
            @PathParam("id") String id,
            @PathParam("kind") String kind,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit) {
        return pages.groups(who.actor(), id, kind, Params.offset(offset), Params.limit(limit));
    }

    @GET
    @Path("/{id}/preview")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Rows as a base model will see them, with what is learnt")
    public Paged<TokenService.PreviewRow> preview(
            @PathParam("id") String id,
            @QueryParam("model") String model,
            @QueryParam("context") Integer context,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue("10") int limit) {
        return tokens.preview(who.actor(), id, model, context, Params.offset(offset), Params.limit(limit));
    }

    @GET
    @Path("/{id}/tokens")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Lengths of the rows in a base model's tokens, and how many are cut by its context")
    public TokenService.Lengths tokens(
            @PathParam("id") String id, @QueryParam("model") String model, @QueryParam("context") Integer context) {
        return tokens.lengths(who.actor(), id, model, context);
    }

    private ImportStatus status(Import one, String language) {
        return new ImportStatus(
                one.id(),
                one.name(),
                one.state().name().toLowerCase(Locale.ROOT),
                one.source().fileName(),
                one.source().bytes(),
                one.evaluation() == null ? null : one.evaluation().fileName(),
                one.settings(),
                imports.progress(one.id()).orElse(null),
                one.report(),
                one.failure() == null
                        ? null
                        : new Failure(one.failure().key(), Texts.say(ProblemBody.language(language), one.failure())),
                one.version(),
                one.ownerName(),
                one.created());
    }
}
