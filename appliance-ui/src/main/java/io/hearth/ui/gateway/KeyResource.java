package io.hearth.ui.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.hearth.ui.core.Actor;
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
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** API keys over REST. */
@Path("/api/v1/keys")
@Tag(name = "API keys")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class KeyResource {
    /**
     * A key as it is wanted.
     *
     * @param name what people call it
     * @param note what it is for
     * @param models names of deployments that it may use; absent: every one
     * @param expires when it ends; absent: never
     * @param limits its limits; absent: none
     * @param disabled whether it is refused for the time being; absent: no
     */
    public record Body(
            String name, String note, List<String> models, Instant expires, KeyLimits limits, Boolean disabled) {
        ApiKeys.Wish wish() {
            return new ApiKeys.Wish(
                    name,
                    note,
                    models,
                    expires == null ? null : expires.toEpochMilli(),
                    limits,
                    disabled != null && disabled);
        }
    }

    /** A key as it is; the key itself is not in it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record View(
            String id,
            String name,
            String note,
            String hint,
            String state,
            String owner,
            String ownerName,
            List<String> models,
            KeyLimits limits,
            Instant created,
            Instant expires,
            Instant lastUsed) {}

    private static final int MOST = 500;

    private final ApiKeys keys;
    private final Who who;
    private final Clock clock;

    KeyResource(ApiKeys keys, Who who, Clock clock) {
        this.keys = keys;
        this.who = who;
        this.clock = clock;
    }

    @POST
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Makes an API key; the answer is the only place where the key itself is ever shown")
    public Response create(Body body) {
        ApiKeys.Created created = keys.create(who.actor(), given(body).wish());
        return Response.status(Response.Status.CREATED)
                .header("Cache-Control", "no-store")
                .entity(created)
                .build();
    }

    @GET
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "API keys: all for operators, one's own for others")
    public Paged<View> list(
            @QueryParam("offset") @DefaultValue("0") int offset, @QueryParam("limit") @DefaultValue("50") int limit) {
        if (offset < 0 || limit < 1 || limit > MOST) {
            throw Problem.invalid("gateway.page", MOST);
        }
        Actor actor = who.actor();
        List<ApiKey> all = keys.list(actor);
        int first = Math.min(offset, all.size());
        return new Paged<>(
                all.subList(first, Math.min(all.size(), first + limit)).stream()
                        .map(this::view)
                        .toList(),
                all.size(),
                first);
    }

    @GET
    @Path("{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "An API key")
    public View get(@PathParam("id") String id) {
        return view(keys.get(who.actor(), id));
    }

    @PUT
    @Path("{id}")
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(
            summary =
                    "Changes name, note, models, expiry, limits, and whether it is switched off; what is absent is taken away")
    public View update(@PathParam("id") String id, Body body) {
        return view(keys.update(who.actor(), id, given(body).wish()));
    }

    @DELETE
    @Path("{id}")
    @RolesAllowed(Role.IS_OPERATOR)
    @Operation(summary = "Revokes an API key for good")
    public void revoke(@PathParam("id") String id) {
        keys.revoke(who.actor(), id);
    }

    private static Body given(Body body) {
        if (body == null) {
            throw Problem.invalid("gateway.body");
        }
        return body;
    }

    private View view(ApiKey key) {
        return new View(
                key.id(),
                key.name(),
                key.note(),
                key.hint(),
                key.state(clock.millis()).name().toLowerCase(java.util.Locale.ROOT),
                key.ownerId(),
                key.ownerName(),
                key.models(),
                key.limits(),
                Instant.ofEpochMilli(key.created()),
                key.expires() == null ? null : Instant.ofEpochMilli(key.expires()),
                key.lastUsed() == null ? null : Instant.ofEpochMilli(key.lastUsed()));
    }
}
