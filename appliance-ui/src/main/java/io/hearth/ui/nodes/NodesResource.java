package io.hearth.ui.nodes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.Hardware;
import io.hearth.protocol.HostInfo;
import io.hearth.protocol.HostSample;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Nodes over REST. */
@Path("/api/v1/nodes")
@Tag(name = "Nodes")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class NodesResource {
    private static final int MOST = 500;
    private static final int MOST_POINTS = 2_000;
    private static final long HOUR = 3_600_000;

    /**
     * A card.
     *
     * @param info what it is
     * @param now its last second, with what was found of it; absent while the node is offline
     * @param runOnHardware on which cards of its family Hearth has been run; absent: on none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CardView(CardInfo info, CardSample now, String runOnHardware) {}

    /**
     * Something that has happened to a card.
     *
     * @param count how often, from the first to the last time
     * @param code such as {@code xid.79}
     */
    public record IncidentView(
            String id,
            String card,
            Instant first,
            Instant last,
            int count,
            String code,
            CardFinding.Level level,
            CardFinding.Origin origin,
            CardFinding.Action action,
            String words,
            String remedy) {}

    /** A node. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record View(
            String id,
            String name,
            String state,
            boolean local,
            String software,
            HostInfo host,
            HostSample now,
            List<CardView> cards,
            Instant enrolled,
            Instant lastSeen,
            Instant certificateEnds) {}

    /** A worker on a node. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record WorkerView(
            String id,
            String owner,
            String kind,
            String card,
            String desired,
            String state,
            String reason,
            Integer attempt,
            long memoryBytes,
            boolean leaving) {}

    /**
     * A join code as it is wanted.
     *
     * @param note what it is for
     * @param minutes how long it is valid; absent: an hour
     */
    public record JoinCodeBody(String note, Integer minutes) {}

    /** A join code; this answer is the only place where the code is shown. */
    public record JoinCodeView(String id, String code, Instant expires, String controlUrl) {}

    /** A join code that can still be used. */
    public record OpenCode(String id, String note, String createdBy, Instant created, Instant expires) {}

    /**
     * A span of the history.
     *
     * @param figures by name: mean and maximum
     */
    public record PointView(Instant time, int samples, Map<String, Point.Figure> figures) {}

    private final Database database;
    private final NodeService nodes;
    private final WorkerService workers;
    private final JoinCodes codes;
    private final Telemetry telemetry;
    private final NodePort port;
    private final Who who;
    private final Clock clock;
    private final CardIncidentStore incidents = new CardIncidentStore();

    NodesResource(
            Database database,
            NodeService nodes,
            WorkerService workers,
            JoinCodes codes,
            Telemetry telemetry,
            NodePort port,
            Who who,
            Clock clock) {
        this.database = database;
        this.nodes = nodes;
        this.workers = workers;
        this.codes = codes;
        this.telemetry = telemetry;
        this.port = port;
        this.who = who;
        this.clock = clock;
    }

    @GET
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Nodes that have joined, with their cards and the last second of each")
    public Paged<View> list(
            @QueryParam("offset") @DefaultValue("0") int offset, @QueryParam("limit") @DefaultValue("50") int limit) {
        return page(database.read(nodes::all).stream().map(this::nodeView).toList(), offset, limit);
    }

    @GET
    @Path("{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "A node")
    public View get(@PathParam("id") String id) {
        return nodeView(database.read(h -> nodes.get(h, id)));
    }

    @POST
    @Path("{id}/revoke")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Sends a node away for good; what runs on it is placed elsewhere")
    public void revoke(@PathParam("id") String id) {
        nodes.revoke(who.actor(), id);
    }

    @GET
    @Path("{id}/workers")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Workers on a node")
    public Paged<WorkerView> workers(
            @PathParam("id") String id,
            @QueryParam("offset") @DefaultValue("0") int offset,
            @QueryParam("limit") @DefaultValue("50") int limit) {
        return page(
                database.read(h -> workers.onNode(h, nodes.get(h, id).id())).stream()
                        .map(NodesResource::workerView)
                        .toList(),
                offset,
                limit);
    }

    @GET
    @Path("{id}/workers/{worker}/log")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Part of a worker's log; a negative offset counts from its end")
    public Workers.LogPart log(
            @PathParam("id") String id,
            @PathParam("worker") String worker,
            @QueryParam("offset") @DefaultValue("-65536") long offset,
            @QueryParam("bytes") @DefaultValue("65536") int bytes) {
        Worker found = database.read(h -> workers.find(h, worker))
                .filter(known -> known.nodeId().equals(id))
                .orElseThrow(() -> Problem.notFound("nodes.worker.none", worker));
        return workers.log(found.id(), offset, bytes);
    }

    @GET
    @Path("{id}/telemetry")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(
            summary =
                    "History of the machine, or of a card: every second of the last ten minutes, then thinned with age to"
                            + " 30 days")
    public List<PointView> telemetry(
            @PathParam("id") String id,
            @QueryParam("card") @DefaultValue("") String card,
            @QueryParam("from") Instant from,
            @QueryParam("to") Instant to,
            @QueryParam("step") @DefaultValue("0") int step) {
        long end = to == null ? clock.millis() : to.toEpochMilli();
        long begin = from == null ? end - HOUR : from.toEpochMilli();
        if (begin >= end || step < 0) {
            throw Problem.invalid("nodes.telemetry.range");
        }
        long points = step == 0 ? 600 : Math.min(MOST_POINTS, Math.ceilDiv(end - begin, step * 1000L));
        return database.read(h -> telemetry.history(h, nodes.get(h, id).id(), card, begin, end, (int) points)).stream()
                .map(point -> new PointView(Instant.ofEpochMilli(point.time()), point.samples(), point.figures()))
                .toList();
    }

    @GET
    @Path("{id}/incidents")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(
            summary =
                    "What has happened to the cards of a node, the newest first: errors that the driver reported (Xids),"
                            + " what they mean and what to do")
    public List<IncidentView> incidents(
            @PathParam("id") String id,
            @QueryParam("card") String card,
            @QueryParam("limit") @DefaultValue("100") int limit) {
        if (limit < 1 || limit > MOST) {
            throw Problem.invalid("nodes.page", MOST);
        }
        return database.read(h -> incidents.of(h, nodes.get(h, id).id(), card, limit)).stream()
                .map(NodesResource::incidentView)
                .toList();
    }

    @POST
    @Path("join-codes")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary = "Makes a one-time code with which a node joins; the answer is the only place where it is shown")
    public Response createJoinCode(JoinCodeBody body, @Context UriInfo request) {
        String note = body == null ? "" : body.note();
        int minutes = body == null || body.minutes() == null ? 60 : body.minutes();
        JoinCodes.Made made = codes.create(who.actor(), note, minutes);
        return Response.status(Response.Status.CREATED)
                .header("Cache-Control", "no-store")
                .entity(new JoinCodeView(
                        made.id(),
                        made.code(),
                        Instant.ofEpochMilli(made.expires()),
                        "https://" + request.getBaseUri().getHost() + ":" + port.port()))
                .build();
    }

    @GET
    @Path("join-codes")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Join codes that can still be used; without the codes themselves")
    public Paged<OpenCode> joinCodes(
            @QueryParam("offset") @DefaultValue("0") int offset, @QueryParam("limit") @DefaultValue("50") int limit) {
        return page(
                database.read(codes::open).stream()
                        .map(code -> new OpenCode(
                                code.id(),
                                code.note(),
                                code.createdBy(),
                                Instant.ofEpochMilli(code.created()),
                                Instant.ofEpochMilli(code.expires())))
                        .toList(),
                offset,
                limit);
    }

    @DELETE
    @Path("join-codes/{id}")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Makes a join code worthless")
    public void withdraw(@PathParam("id") String id) {
        codes.withdraw(who.actor(), id);
    }

    private static <T> Paged<T> page(List<T> all, int offset, int limit) {
        if (offset < 0 || limit < 1 || limit > MOST) {
            throw Problem.invalid("nodes.page", MOST);
        }
        int first = Math.min(offset, all.size());
        return new Paged<>(all.subList(first, Math.min(all.size(), first + limit)), all.size(), first);
    }

    private View nodeView(Node node) {
        Telemetry.Live live = telemetry.live(node.id()).orElse(null);
        Long seen = live == null ? node.lastSeen() : Long.valueOf(live.time());
        return new View(
                node.id(),
                node.name(),
                node.state().name().toLowerCase(Locale.ROOT),
                node.local(),
                node.software(),
                node.host(),
                live == null ? null : live.host(),
                node.cards().stream()
                        .map(card -> new CardView(
                                card,
                                live == null ? null : live.card(card.id()).orElse(null),
                                Hardware.runOn(card.vendor()).orElse(null)))
                        .toList(),
                Instant.ofEpochMilli(node.enrolled()),
                seen == null ? null : Instant.ofEpochMilli(seen),
                Instant.ofEpochMilli(node.certificateEnds()));
    }

    private static IncidentView incidentView(CardIncident incident) {
        CardFinding finding = incident.finding();
        return new IncidentView(
                incident.id(),
                incident.card(),
                Instant.ofEpochMilli(incident.first()),
                Instant.ofEpochMilli(incident.last()),
                incident.count(),
                finding.code(),
                finding.level(),
                finding.origin(),
                finding.action(),
                finding.words(),
                finding.remedy());
    }

    private static WorkerView workerView(Worker worker) {
        return new WorkerView(
                worker.id(),
                worker.owner(),
                worker.spec().kind().command(),
                worker.spec().card(),
                worker.spec().desired().name().toLowerCase(Locale.ROOT),
                worker.state().name().toLowerCase(Locale.ROOT),
                worker.status() == null ? null : worker.status().reason(),
                worker.status() == null ? null : worker.status().attempt(),
                worker.memoryBytes(),
                worker.released());
    }
}
