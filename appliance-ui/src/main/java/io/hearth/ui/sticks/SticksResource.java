package io.hearth.ui.sticks;

import io.hearth.ui.core.Role;
import io.hearth.ui.core.Who;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Sticks for further nodes over HTTP. */
@Path("/api/v1/nodes/sticks")
@Tag(name = "Nodes")
@RunOnVirtualThread
public class SticksResource {
    private final Sticks sticks;
    private final Who who;

    public SticksResource(Sticks sticks, Who who) {
        this.sticks = sticks;
        this.who = who;
    }

    /**
     * An order.
     *
     * @param file a provision.yaml of a further node; join code and number are put in for each machine
     * @param count machines, 1 to 100; absent: 1
     * @param minutes how long the codes are valid; absent: a day
     */
    public record Order(String file, Integer count, Integer minutes) {}

    @POST
    @Produces("application/zip")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(
            summary =
                    "Images of PROVISION sticks, each with a join code of its own; the answer is the only copy of them")
    public Response write(Order order) {
        int count = order.count() == null ? 1 : order.count();
        int minutes = order.minutes() == null ? 24 * 60 : order.minutes();
        return Response.ok(sticks.archive(who.actor(), order.file(), count, minutes))
                .header("Cache-Control", "no-store")
                .header("Content-Disposition", "attachment; filename=\"sticks.zip\"")
                .build();
    }
}
