package io.hearth.ui.jobs;

import io.hearth.contract.Event;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.hearth.ui.nodes.Workers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Jobs over HTTP. */
@Path("/api/v1/jobs")
@Tag(name = "Jobs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
@RunOnVirtualThread
public class JobResource {
    private static final int LOG_BYTES = 64 << 10;

    private final JobService jobs;
    private final JobActions actions;
    private final Promotion promotion;
    private final Who who;

    public JobResource(JobService jobs, JobActions actions, Promotion promotion, Who who) {
        this.jobs = jobs;
        this.actions = actions;
        this.promotion = promotion;
        this.who = who;
    }

    /** Points of the charts. */
    public record Metrics(List<Metric> steps, List<Metric> evaluations) {}

    /** What a job came to. */
    public record Result(
            String version,
            boolean gain,
            String verdict,
            String says,
            Comparison comparison,
            Event.ParityChecked parity,
            String objection) {}

    /** Something that happened. */
    public record Happened(int number, long time, String kind, String from, String to, String actor, String note) {}

    /** Where the result should go. */
    public record PromotionRequest(String alias, String reason) {}

    /** Place in the queue. */
    public record Priority(int priority) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "File a job")
    public Response create(NewJob wanted) {
        if (wanted == null) {
            throw Problem.invalid("jobs.needed", "dataset");
        }
        Job job = jobs.create(who.actor(), wanted);
        return Response.created(URI.create("/api/v1/jobs/" + job.id()))
                .entity(JobViewBody.of(job))
                .build();
    }

    @GET
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Jobs, the newest first")
    public Paged<JobViewBody> list(
            @QueryParam("offset") @DefaultValue("0") long offset, @QueryParam("limit") @DefaultValue("50") int limit) {
        Paged<Job> page = jobs.list(who.actor(), Math.max(0, offset), Math.clamp(limit, 1, 500));
        return new Paged<>(page.items().stream().map(JobViewBody::of).toList(), page.total(), page.offset());
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A job")
    public JobViewBody get(@PathParam("id") String id) {
        return JobViewBody.of(jobs.get(who.actor(), id));
    }

    @GET
    @Path("/{id}/metrics")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Points of a job's charts")
    public Metrics metrics(
            @PathParam("id") String id,
            @QueryParam("after") @DefaultValue("-1") int after,
            @QueryParam("limit") @DefaultValue("2000") int limit) {
        int most = Math.clamp(limit, 1, 20_000);
        return new Metrics(
                jobs.metrics(who.actor(), id, "step", after, most),
                jobs.metrics(who.actor(), id, "evaluation", after, most));
    }

    @GET
    @Path("/{id}/events")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "What happened to a job")
    public List<Happened> events(@PathParam("id") String id) {
        return jobs.events(who.actor(), id).stream()
                .map(event -> new Happened(
                        event.number(),
                        event.time(),
                        event.kind(),
                        event.from() == null ? null : event.from().key(),
                        event.to() == null ? null : event.to().key(),
                        event.actor(),
                        event.note() == null ? null : event.note().toString()))
                .toList();
    }

    @GET
    @Path("/{id}/log")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Part of the log of a job's worker; a negative offset counts from the end")
    public Workers.LogPart log(
            @PathParam("id") String id,
            @QueryParam("offset") @DefaultValue("-65536") long offset,
            @QueryParam("bytes") @DefaultValue("65536") int bytes) {
        return jobs.log(who.actor(), id, offset, Math.clamp(bytes, 1, LOG_BYTES * 8));
    }

    @GET
    @Path("/{id}/result")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "What a job came to: scores, interval, verdict")
    public Result result(@PathParam("id") String id) {
        Job job = jobs.get(who.actor(), id);
        if (job.state() != JobState.DONE) {
            throw Problem.conflict("jobs.result.none");
        }
        Verdict verdict = job.result().verdict();
        return new Result(
                job.version(),
                verdict == Verdict.GAIN,
                verdict.key(),
                verdict.sentence().toString(),
                job.result(),
                job.parity(),
                Promotion.objection(job).map(Object::toString).orElse(null));
    }

    @GET
    @Path("/{id}/result/rows")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Held-out rows side by side: all, better, worse or same")
    public Paged<ComparedRow> rows(
            @PathParam("id") String id,
            @QueryParam("show") @DefaultValue("all") String show,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue("50") int limit) {
        return jobs.rows(who.actor(), id, filter(show), Math.max(0, offset), Math.clamp(limit, 1, 500));
    }

    @POST
    @Path("/{id}/pause")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Pause a job")
    public JobViewBody pause(@PathParam("id") String id) {
        return JobViewBody.of(actions.pause(who.actor(), id));
    }

    @POST
    @Path("/{id}/resume")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Let a paused job go on")
    public JobViewBody resume(@PathParam("id") String id) {
        return JobViewBody.of(actions.resume(who.actor(), id));
    }

    @POST
    @Path("/{id}/cancel")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "End a job for good")
    public JobViewBody cancel(@PathParam("id") String id) {
        return JobViewBody.of(actions.cancel(who.actor(), id));
    }

    @POST
    @Path("/{id}/retry")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Try a failed job again, from its checkpoint if it is still there")
    public JobViewBody retry(@PathParam("id") String id) {
        return JobViewBody.of(actions.retry(who.actor(), id));
    }

    @POST
    @Path("/{id}/restart")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Take a job off its node and begin it again elsewhere")
    public JobViewBody restart(@PathParam("id") String id) {
        return JobViewBody.of(actions.restartElsewhere(who.actor(), id));
    }

    @POST
    @Path("/{id}/keep")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Keep the result of a job whose comparison has failed")
    public JobViewBody keep(@PathParam("id") String id) {
        return JobViewBody.of(actions.keep(who.actor(), id));
    }

    @POST
    @Path("/{id}/clone")
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "File the same job again")
    public Response copy(@PathParam("id") String id) {
        Job job = actions.copy(who.actor(), id);
        return Response.created(URI.create("/api/v1/jobs/" + job.id()))
                .entity(JobViewBody.of(job))
                .build();
    }

    @PUT
    @Path("/{id}/priority")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Move a job in the queue")
    public JobViewBody prioritise(@PathParam("id") String id, Priority priority) {
        return JobViewBody.of(actions.prioritise(who.actor(), id, priority.priority()));
    }

    @POST
    @Path("/{id}/promote")
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Role.IS_ENGINEER)
    @Operation(summary = "Point an alias to the result; without a gain only with a reason")
    public Result promote(@PathParam("id") String id, PromotionRequest request) {
        promotion.promote(
                who.actor(), id, request == null ? null : request.alias(), request == null ? null : request.reason());
        return result(id);
    }

    private static MetricStore.Filter filter(String show) {
        try {
            return MetricStore.Filter.valueOf(show.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("jobs.recipe.word", "show", "all, better, worse, same");
        }
    }
}
