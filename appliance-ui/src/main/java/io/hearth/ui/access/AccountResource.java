package io.hearth.ui.access;

import io.hearth.ui.api.Params;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Role;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/** The caller's own account, sessions and tokens. */
@Path("/api/v1")
@Tag(name = "Account")
@Blocking
public class AccountResource {
    private final Account account;
    private final Tokens tokens;
    private final LoginSessions sessions;
    private final RequestWho who;

    public AccountResource(Account account, Tokens tokens, LoginSessions sessions, RequestWho who) {
        this.account = account;
        this.tokens = tokens;
        this.sessions = sessions;
        this.who = who;
    }

    /**
     * The caller.
     *
     * @param role what the credential of this request may do
     */
    public record Me(
            String id,
            String name,
            String role,
            boolean mustChangePassword,
            @Nullable String language,
            @Nullable String theme) {}

    /** A change of password. */
    public record PasswordChange(
            @Nullable String oldPassword, @Nullable String newPassword) {}

    /** How pages look; null follows the browser. */
    public record Preferences(
            @Nullable String language, @Nullable String theme) {}

    /**
     * A token to make.
     *
     * @param role null for the caller's
     * @param days after which it ends; null for never
     */
    public record TokenWish(
            @Nullable String name,
            @Nullable String role,
            @Nullable Integer days) {}

    /** A token as it is listed. */
    public record TokenView(
            String id,
            String name,
            String role,
            Instant created,
            @Nullable Instant expires,
            @Nullable Instant lastUsed,
            @Nullable String lastUsedFrom) {
        static TokenView of(ApiToken token) {
            return new TokenView(
                    token.id(),
                    token.name(),
                    token.role().key(),
                    Instant.ofEpochMilli(token.created()),
                    instant(token.expires()),
                    instant(token.used()),
                    token.usedFrom());
        }

        private static @Nullable Instant instant(@Nullable Long millis) {
            return millis == null ? null : Instant.ofEpochMilli(millis);
        }
    }

    /**
     * A new token.
     *
     * @param token the secret to send; shown this once
     */
    public record NewToken(String token, TokenView details) {}

    /** A session as it is listed. */
    public record SessionView(
            String id,
            String user,
            String kind,
            String address,
            String agent,
            Instant created,
            Instant lastUsed,
            Instant expires,
            boolean current) {}

    @GET
    @Path("/account")
    @Authenticated
    @Operation(summary = "Show who the caller is")
    public Me me() {
        Caller caller = who.caller();
        User user = caller.user();
        return new Me(user.id(), user.name(), caller.role().key(), user.mustChange(), user.language(), user.theme());
    }

    @PUT
    @Path("/account/password")
    @Authenticated
    @Operation(summary = "Change the own password", description = "Ends all other sessions of the caller.")
    public void changePassword(PasswordChange change) {
        account.changePassword(who.caller(), change.oldPassword(), change.newPassword());
    }

    @PUT
    @Path("/account/preferences")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Set language and theme of the own pages")
    public void setPreferences(Preferences preferences) {
        account.setPreferences(who.caller(), preferences.language(), preferences.theme());
    }

    @GET
    @Path("/tokens")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "List the own tokens, or another user's as an administrator")
    public Paged<TokenView> tokens(
            @QueryParam("user") @Nullable String user,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit) {
        Caller caller = who.caller();
        Paged<ApiToken> page = tokens.page(
                caller, user == null ? caller.user().id() : user, Params.offset(offset), Params.limit(limit));
        return new Paged<>(page.items().stream().map(TokenView::of).toList(), page.total(), page.offset());
    }

    @POST
    @Path("/tokens")
    @ResponseStatus(201)
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "Make a token", description = "The token is shown this once.")
    public NewToken make(TokenWish wish) {
        Tokens.Made made =
                tokens.make(who.caller(), wish.name(), wish.role() == null ? null : Role.of(wish.role()), wish.days());
        return new NewToken(made.secret(), TokenView.of(made.token()));
    }

    @DELETE
    @Path("/tokens/{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "End a token")
    public void deleteToken(@PathParam("id") String id) {
        tokens.delete(who.caller(), id);
    }

    @GET
    @Path("/sessions")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "List the own sessions, or everybody's as an administrator", description = "all=true for all.")
    public Paged<SessionView> sessions(
            @QueryParam("all") @DefaultValue("false") boolean all,
            @QueryParam("user") @Nullable String user,
            @QueryParam("offset") @DefaultValue("0") long offset,
            @QueryParam("limit") @DefaultValue(Params.LIMIT) int limit) {
        Caller caller = who.caller();
        String whose = all ? null : user == null ? caller.user().id() : user;
        Paged<LoginSessions.Open> page = sessions.page(caller, whose, Params.offset(offset), Params.limit(limit));
        return new Paged<>(page.items().stream().map(open -> view(open, caller)).toList(), page.total(), page.offset());
    }

    @DELETE
    @Path("/sessions/{id}")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "End a session")
    public void endSession(@PathParam("id") String id) {
        sessions.end(who.caller(), id);
    }

    @DELETE
    @Path("/sessions")
    @RolesAllowed(Role.IS_VIEWER)
    @Operation(summary = "End all own sessions but this one, or all of a user's as an administrator")
    public void endSessions(@QueryParam("user") @Nullable String user) {
        Caller caller = who.caller();
        sessions.endOthers(caller, user == null ? caller.user().id() : user);
    }

    private static SessionView view(LoginSessions.Open open, Caller caller) {
        Session session = open.session();
        return new SessionView(
                session.id(),
                open.userName(),
                session.kind().key(),
                session.address(),
                session.agent(),
                Instant.ofEpochMilli(session.created()),
                Instant.ofEpochMilli(session.seen()),
                Instant.ofEpochMilli(session.expires()),
                session.id().equals(caller.credentialId()));
    }
}
