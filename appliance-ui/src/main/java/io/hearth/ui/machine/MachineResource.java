package io.hearth.ui.machine;

import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The machine and its updates over HTTP. */
@Path("/api/v1/machine")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Machine", description = "The machine that the system image runs on: slots, updates, restart")
@RunOnVirtualThread
public class MachineResource {
    private final Machine machine;
    private final Updates updates;
    private final Who who;

    public MachineResource(Machine machine, Updates updates, Who who) {
        this.machine = machine;
        this.updates = updates;
        this.who = who;
    }

    /** An upload to take as the bundle. */
    public record NewBundle(String upload) {}

    /**
     * What to install.
     *
     * @param bundle {@code upload}, or the id of one on a stick
     * @param older whether it may be older than what runs; absent: no
     */
    public record NewInstallation(String bundle, Boolean older) {}

    @GET
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary = "What runs in which slot, whether an update is being installed, and what became of earlier ones")
    public MachineStatus status() {
        return updates.status(who.actor());
    }

    @GET
    @Path("/updates/sticks")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Bundles on the sticks that are plugged in")
    public List<Inspection> sticks() {
        return updates.sticks(who.actor());
    }

    @GET
    @Path("/updates/bundle")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "What is in the uploaded bundle, and why it would be refused")
    public Inspection bundle() {
        return updates.inspect(who.actor());
    }

    @POST
    @Path("/updates/bundle")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Take a finished upload as the bundle")
    public Inspection take(NewBundle body) {
        if (body == null || body.upload() == null) {
            throw Problem.invalid("machine.body.upload");
        }
        return updates.take(who.actor(), body.upload());
    }

    @DELETE
    @Path("/updates/bundle")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Take the uploaded bundle away")
    public void discard() {
        updates.discard(who.actor());
    }

    @POST
    @Path("/updates/installation")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary = "Begin an installation",
            description = "It goes on by itself; GET /api/v1/machine tells how far it is. It cannot be called off.")
    public Response install(NewInstallation body) {
        if (body == null || body.bundle() == null) {
            throw Problem.invalid("machine.body.bundle");
        }
        updates.install(who.actor(), body.bundle(), Boolean.TRUE.equals(body.older()));
        return Response.accepted().build();
    }

    @POST
    @Path("/restart")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Restart the machine")
    public Response restart() {
        machine.restart(who.actor());
        return Response.accepted().build();
    }

    @POST
    @Path("/power-off")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Power the machine off")
    public Response powerOff() {
        machine.powerOff(who.actor());
        return Response.accepted().build();
    }
}
