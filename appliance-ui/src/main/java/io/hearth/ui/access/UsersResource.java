package io.hearth.ui.access;

import io.hearth.ui.api.Params;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Role;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/** Users, for administrators. */
@Path("/api/v1/users")
@Tag(name = "Users")
@Blocking
public class UsersResource {
    private final Users users;
    private final RequestWho who;

    public UsersResource(Users users, RequestWho who) {
        this.users = users;
        this.who = who;
    }

    /** A user as programs see it. */
    public record View(
            String id,
            String name,
            String role,
            boolean disabled,
            boolean mustChangePassword,
            Instant created,
            Instant passwordSet,
            @Nullable Instant lastLogin) {
        static View of(User user) {
            return new View(
                    user.id(),
                    user.name(),
                    user.role().key(),
                    user.disabled(),
                    user.mustChange(),
                    Instant.ofEpochMilli(user.created()),
                    Instant.ofEpochMilli(user.passwordSet()),
                    user.lastLogin() == null ? null : Instant.ofEpochMilli(user.lastLogin()));
        }
    }

    /**
     * A user to add.
     *
     * @param password null to have one made
     * @param mustChangePassword null for yes
     */
    public record Addition(
            @Nullable String name,
            @Nullable String role,
            @Nullable String password,
            @Nullable Boolean mustChangePassword) {}

    /** What to change; null leaves a thing as it is. */
    public record Change(@Nullable String role, @Nullable Boolean disabled) {}

    /**
     * A user with a password to be told to them.
     *
     * @param oneTimePassword shown this once; null if the administrator chose the password
     */
    public record Prepared(View user, @Nullable String oneTimePassword) {}

    @GET
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "List users")
    public Paged<View> list(
            @QueryParam("text") @DefaultValue("") String text,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit) {
        Paged<User> page = users.page(who.actor(), text, Params.offset(offset), Params.limit(limit));
        return new Paged<>(page.items().stream().map(View::of).toList(), page.total(), page.offset());
    }

    @POST
    @ResponseStatus(201)
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Add a user", description = "Without a password, one is made that must be changed at once.")
    public Prepared add(Addition addition) {
        return prepared(users.add(
                who.actor(),
                addition.name(),
                addition.role() == null ? null : Role.of(addition.role()),
                addition.password(),
                !Boolean.FALSE.equals(addition.mustChangePassword())));
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Show a user")
    public View get(@PathParam("id") String id) {
        return View.of(users.get(who.actor(), id));
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Change a user's role, or keep them out")
    public View change(@PathParam("id") String id, Change change) {
        User user = users.get(who.actor(), id);
        if (change.role() != null) {
            user = users.setRole(who.actor(), id, Role.of(change.role()));
        }
        if (change.disabled() != null) {
            user = users.setDisabled(who.actor(), id, change.disabled());
        }
        return View.of(user);
    }

    @POST
    @Path("/{id}/password-reset")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Make a one-time password for a user", description = "Ends all their sessions.")
    public Prepared reset(@PathParam("id") String id) {
        return prepared(users.resetPassword(who.actor(), id));
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Role.IS_ADMINISTRATOR)
    @Operation(summary = "Delete a user with their sessions and tokens")
    public void delete(@PathParam("id") String id) {
        users.delete(who.actor(), id);
    }

    private static Prepared prepared(Users.Prepared made) {
        return new Prepared(View.of(made.user()), made.oneTimePassword());
    }
}
