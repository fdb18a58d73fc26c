package io.hearth.ui.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.api.Params;
import io.hearth.ui.api.ProblemBody;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Texts;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The audit, for administrators. */
@Path("/api/v1/audit")
@Tag(name = "Audit")
@Blocking
public class AuditResource {
    private final Audit audit;
    private final Who who;

    public AuditResource(Audit audit, Who who) {
        this.audit = audit;
        this.who = who;
    }

    /** A row as programs see it. */
    public record Row(
            long sequence,
            Instant time,
            String actorId,
            String actorName,
            String origin,
            String action,
            String subject,
            JsonNode details,
            String previous,
            String hash) {
        static Row of(AuditEntry entry) {
            return new Row(
                    entry.sequence(),
                    Instant.ofEpochMilli(entry.time()),
                    entry.actorId(),
                    entry.actorName(),
                    entry.origin(),
                    entry.action(),
                    entry.subject(),
                    Json.read(entry.details(), JsonNode.class),
                    entry.previous(),
                    entry.hash());
        }
    }

    /** The result of a verification. */
    public record Check(
            boolean whole,
            long rows,
            String lastHash,
            @Nullable Long brokenAt,
            String finding) {}

    /** Which rows. */
    public static class Filter {
        @QueryParam("from")
        @Nullable
        String from;

        @QueryParam("to")
        @Nullable
        String to;

        @QueryParam("actor")
        @Nullable
        String actor;

        @QueryParam("action")
        @Nullable
        String action;

        @QueryParam("subject")
        @Nullable
        String subject;

        @QueryParam("text")
        @Nullable
        String text;

        AuditQuery query() {
            return new AuditQuery(
                    Params.time("from", from),
                    Params.time("to", to),
                    given(actor),
                    given(action),
                    given(subject),
                    given(text));
        }

        private static @Nullable String given(@Nullable String value) {
            return value == null || value.isBlank() ? null : value.strip();
        }
    }

    @GET
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Search the audit", description = "The newest first. action finds what begins with it.")
    public Paged<Row> search(
            @BeanParam Filter filter,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit) {
        Paged<AuditEntry> page = audit.search(who.actor(), filter.query(), Params.offset(offset), Params.limit(limit));
        return new Paged<>(page.items().stream().map(Row::of).toList(), page.total(), page.offset());
    }

    @GET
    @Path("/verify")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary = "Verify the chain of the audit",
            description = "Says the first row that was changed or taken out.")
    public Check verify(@HeaderParam("Accept-Language") @Nullable String language) {
        AuditCheck check = audit.verify(who.actor());
        return new Check(
                check.whole(),
                check.rows(),
                check.lastHash(),
                check.brokenAt(),
                Texts.say(ProblemBody.language(language), check.finding()));
    }

    @GET
    @Path("/export")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Take the audit away", description = "format is csv or jsonl. The oldest row first.")
    public Response export(@BeanParam Filter filter, @QueryParam("format") @DefaultValue("csv") String format) {
        AuditFormat as = AuditFormat.of(format);
        AuditQuery query = filter.query();
        Actor actor = who.actor();
        StreamingOutput body = out -> {
            Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            audit.export(actor, query, as, writer);
        };
        return Response.ok(body)
                .header("Content-Type", as.mediaType())
                .header("Content-Disposition", "attachment; filename=\"hearth-audit." + as.key() + "\"")
                .build();
    }
}
