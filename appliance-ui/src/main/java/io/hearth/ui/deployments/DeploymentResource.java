package io.hearth.ui.deployments;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.hearth.ui.nodes.Workers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Deployments over REST. */
@Path("/api/v1/deployments")
@Tag(name = "Deployments")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DeploymentResource {
    /**
     * A deployment as it is wanted.
     *
     * @param name public name
     * @param model {@code mv-…}, {@code name}, {@code name:3} or {@code name@prod}
     * @param replicas how many workers; absent: 1
     * @param nodes nodes that it may use; absent: any
     * @param cards cards that it may use, as {@code node/card}; absent: any
     * @param settings how it is served; absent: defaults
     */
    public record Body(
            String name, String model, Integer replicas, List<String> nodes, List<String> cards, Settings settings) {}

    /** What it should serve; {@code model} absent: the newest of what it refers to. */
    public record ModelBody(String model, Settings settings) {}

    /** The revision to return to; absent: the one before. */
    public record RollbackBody(Integer revision) {}

    /** How many workers. */
    public record ReplicasBody(Integer replicas) {}

    /** Id of what was made. */
    public record Made(String id) {}

    /** A deployment. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record View(
            String id,
            String name,
            String desired,
            String state,
            String explanation,
            int ready,
            int replicas,
            String model,
            String version,
            String reference,
            String newer,
            int revision,
            Settings settings,
            long memoryBytes,
            List<String> nodes,
            List<String> cards,
            Instant created,
            String createdBy,
            List<DeploymentReport.Replica> workers) {
        static View of(DeploymentReport report) {
            Deployment deployment = report.deployment();
            Revision revision = report.revision();
            return new View(
                    deployment.id(),
                    deployment.name(),
                    lower(deployment.desired()),
                    lower(report.observed().state()),
                    report.observed().sentence().toString(),
                    report.observed().ready(),
                    deployment.replicas(),
                    revision.label(),
                    revision.version(),
                    revision.reference(),
                    report.newer(),
                    revision.number(),
                    revision.settings(),
                    revision.memoryBytes(),
                    deployment.nodes(),
                    deployment.cards(),
                    Instant.ofEpochMilli(deployment.created()),
                    deployment.createdBy(),
                    report.replicas());
        }
    }

    /** Something that happened. */
    public record Event(Instant time, String text) {}

    private static final int MOST = 500;

    private final Deployments deployments;
    private final Who who;

    DeploymentResource(Deployments deployments, Who who) {
        this.deployments = deployments;
        this.who = who;
    }

    @POST
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Serves a model under a public name")
    public Response create(Body body) {
        Body given = given(body);
        String id = deployments.create(
                who.actor(),
                new Deployments.Wish(
                        given.name(),
                        given.model(),
                        given.replicas() == null ? 1 : given.replicas(),
                        given.nodes(),
                        given.cards(),
                        given.settings()));
        return Response.status(Response.Status.CREATED).entity(new Made(id)).build();
    }

    @GET
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Deployments, by name")
    public Paged<View> list(
            @QueryParam("offset") @DefaultValue("0") int offset, @QueryParam("limit") @DefaultValue("50") int limit) {
        if (offset < 0 || limit < 1 || limit > MOST) {
            throw Problem.invalid("deployments.page", MOST);
        }
        List<DeploymentReport> all = deployments.list(who.actor());
        int first = Math.min(offset, all.size());
        return new Paged<>(
                all.subList(first, Math.min(all.size(), first + limit)).stream()
                        .map(View::of)
                        .toList(),
                all.size(),
                first);
    }

    @GET
    @Path("{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A deployment with its workers")
    public View get(@PathParam("id") String id) {
        return View.of(deployments.get(who.actor(), id));
    }

    @GET
    @Path("{id}/revisions")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "What it serves and has served, the newest first")
    public List<Revision> revisions(@PathParam("id") String id) {
        return deployments.revisions(who.actor(), id);
    }

    @GET
    @Path("{id}/events")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "What happened to it, the newest first")
    public List<Event> events(@PathParam("id") String id, @QueryParam("limit") @DefaultValue("100") int limit) {
        return deployments.events(who.actor(), id, Math.clamp(limit, 1, MOST)).stream()
                .map(event -> new Event(
                        Instant.ofEpochMilli(event.time()), event.sentence().toString()))
                .toList();
    }

    @GET
    @Path("{id}/workers/{worker}/log")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Part of a worker's log; a negative offset counts from its end")
    public Workers.LogPart log(
            @PathParam("id") String id,
            @PathParam("worker") String worker,
            @QueryParam("offset") @DefaultValue("-65536") long offset) {
        return deployments.log(who.actor(), id, worker, offset, 1 << 16);
    }

    @POST
    @Path("{id}/model")
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Serves another model, without losing a request")
    public View model(@PathParam("id") String id, ModelBody body) {
        ModelBody given = given(body);
        deployments.serveModel(who.actor(), id, given.model(), given.settings());
        return get(id);
    }

    @POST
    @Path("{id}/rollback")
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Returns to the revision before, or to the one that is named")
    public View rollback(@PathParam("id") String id, RollbackBody body) {
        deployments.rollback(who.actor(), id, body == null ? null : body.revision());
        return get(id);
    }

    @POST
    @Path("{id}/replicas")
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Changes the number of workers")
    public View replicas(@PathParam("id") String id, ReplicasBody body) {
        Integer replicas = given(body).replicas();
        deployments.scale(who.actor(), id, replicas == null ? 0 : replicas);
        return get(id);
    }

    @POST
    @Path("{id}/drain")
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Lets running requests finish and gives the cards back")
    public View drain(@PathParam("id") String id) {
        deployments.drain(who.actor(), id);
        return get(id);
    }

    @POST
    @Path("{id}/serve")
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Serves again after a drain")
    public View serve(@PathParam("id") String id) {
        deployments.serve(who.actor(), id);
        return get(id);
    }

    @POST
    @Path("{id}/retry")
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Tries failed workers again")
    public View retry(@PathParam("id") String id) {
        deployments.retry(who.actor(), id);
        return get(id);
    }

    @DELETE
    @Path("{id}")
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Drains and removes it")
    public void delete(@PathParam("id") String id) {
        deployments.delete(who.actor(), id);
    }

    private static <T> T given(T body) {
        if (body == null) {
            throw Problem.invalid("deployments.body");
        }
        return body;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
