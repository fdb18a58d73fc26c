package io.hearth.ui.jobs;

import io.hearth.contract.Plan;
import io.hearth.contract.Recipe;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Plans over HTTP. */
@Path("/api/v1/jobs/plans")
@Tag(name = "Jobs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class PlanResource {
    private final JobService jobs;
    private final Who who;

    public PlanResource(JobService jobs, Who who) {
        this.jobs = jobs;
        this.who = who;
    }

    /** What to plan. */
    public record Request(String dataset, String base, Recipe recipe) {}

    /** A plan, and how far plans were off in the past. */
    public record View(
            String id,
            String state,
            String reason,
            String node,
            Plan plan,
            Long memoryBytes,
            TrackRecord trackRecord) {}

    @POST
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Work out the memory and time of a job")
    public Response begin(Request request) {
        if (request == null) {
            throw Problem.invalid("jobs.needed", "dataset");
        }
        JobPlan plan = jobs.plan(who.actor(), request.dataset(), request.base(), request.recipe());
        return Response.accepted(view(plan)).build();
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A plan: queued, running, done or failed")
    public View get(@PathParam("id") String id) {
        return view(jobs.plan(who.actor(), id));
    }

    private View view(JobPlan plan) {
        Plan result = plan.plan();
        return new View(
                plan.id(),
                plan.state().key(),
                plan.reason() == null ? null : plan.reason().toString(),
                plan.nodeName(),
                result,
                result == null ? null : result.memory().total(),
                jobs.trackRecord(who.actor()));
    }
}
