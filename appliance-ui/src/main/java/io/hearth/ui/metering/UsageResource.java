package io.hearth.ui.metering;

import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Usage over REST. */
@Path("/api/v1")
@Tag(name = "Usage")
@RunOnVirtualThread
public class UsageResource {
    private final Metering metering;
    private final Who who;

    UsageResource(Metering metering, Who who) {
        this.metering = metering;
        this.who = who;
    }

    @GET
    @Path("usage")
    @Produces(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Sums of usage by any of day, key, user, model, outcome (comma separated)")
    public Paged<UsageLine> usage(
            @QueryParam("from") String from,
            @QueryParam("to") String to,
            @QueryParam("group") String group,
            @QueryParam("key") String key,
            @QueryParam("user") String user,
            @QueryParam("model") String model,
            @QueryParam("offset") @DefaultValue("0") int offset,
            @QueryParam("limit") @DefaultValue("500") int limit) {
        if (offset < 0 || limit < 1 || limit > 500) {
            throw Problem.invalid("metering.page");
        }
        List<UsageLine> lines =
                metering.usage(who.actor(), UsageQuery.of(metering.today(), from, to, group, key, user, model));
        int first = Math.min(offset, lines.size());
        return new Paged<>(lines.subList(first, Math.min(lines.size(), first + limit)), lines.size(), first);
    }

    @GET
    @Path("usage.csv")
    @Produces("text/csv; charset=UTF-8")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "The same as a table for a spreadsheet")
    public Response csv(
            @QueryParam("from") String from,
            @QueryParam("to") String to,
            @QueryParam("group") String group,
            @QueryParam("key") String key,
            @QueryParam("user") String user,
            @QueryParam("model") String model) {
        UsageQuery query = UsageQuery.of(
                metering.today(), from, to, group == null ? "day,key,user,model" : group, key, user, model);
        String text = "\uFEFF" + UsageCsv.write(query.groups(), metering.usage(who.actor(), query));
        return Response.ok(text)
                .header(
                        "Content-Disposition",
                        "attachment; filename=\"hearth-usage-" + query.from() + "-" + query.to() + ".csv\"")
                .build();
    }
}
