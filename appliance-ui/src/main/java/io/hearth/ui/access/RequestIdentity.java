package io.hearth.ui.access;

import io.hearth.ui.api.ProblemBody;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * Reads who makes a request: from {@code Authorization: Bearer …}, which counts alone where it is sent, or from the cookie. The
 * gateway's paths are passed over: keys of applications are its own business.
 */
@ApplicationScoped
public class RequestIdentity implements HttpAuthenticationMechanism {
    /** Name of the cookie of a browser's session. */
    public static final String COOKIE = "hearth-session";

    private static final String BEARER = "Bearer ";

    private final Credentials credentials;

    public RequestIdentity(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        HttpServerRequest request = context.request();
        if (request.path().startsWith(OpenPaths.GATEWAY)) {
            return Uni.createFrom().nullItem();
        }
        String address = address(request);
        String authorization = request.getHeader(HttpHeaderNames.AUTHORIZATION);
        Cookie cookie = request.getCookie(COOKIE);
        if (authorization == null && cookie == null) {
            return Uni.createFrom().nullItem();
        }
        return Uni.createFrom()
                .completionStage(() -> context.vertx()
                        .executeBlocking(() -> find(request, authorization, cookie, address), false)
                        .toCompletionStage())
                .map(caller -> caller.map(RequestIdentity::identity).orElse(null));
    }

    private Optional<Caller> find(HttpServerRequest request, String authorization, Cookie cookie, String address) {
        if (authorization != null) {
            return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    ? credentials.ofBearer(
                            authorization.substring(BEARER.length()).strip(), address)
                    : Optional.empty();
        }
        String exchange = request.getParam(OpenPaths.PAGE_PARAMETER);
        boolean byItself = "heartbeat".equals(exchange)
                || "push".equals(exchange)
                || request.path().endsWith("/push");
        return credentials.ofCookie(cookie.getValue(), address, !byItself);
    }

    private static SecurityIdentity identity(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(caller)
                .addRoles(caller.roles())
                .build();
    }

    /** Where a request comes from. */
    static String address(HttpServerRequest request) {
        return request.remoteAddress() == null
                ? "?"
                : String.valueOf(request.remoteAddress().hostAddress());
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom()
                .item(new ChallengeData(401, HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"Hearth\""));
    }

    /** Sends browsers that ask for a page to the page to sign in; everything else gets 401 and a problem to read. */
    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        HttpServerRequest request = context.request();
        String accept = request.getHeader(HttpHeaderNames.ACCEPT);
        boolean page = (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD)
                && !request.path().startsWith("/api/v1/")
                && accept != null
                && accept.contains("text/html");
        if (page) {
            String back = URLEncoder.encode(request.uri(), StandardCharsets.UTF_8);
            context.response()
                    .setStatusCode(302)
                    .putHeader(HttpHeaderNames.LOCATION, request.uri().equals("/") ? "/login" : "/login?to=" + back)
                    .putHeader(HttpHeaderNames.CACHE_CONTROL, "no-store")
                    .end();
        } else {
            context.response().putHeader(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"Hearth\"");
            ProblemBody.of(
                            new Problem(Problem.Kind.UNAUTHENTICATED, Sentence.of("access.unauthenticated")),
                            request.path(),
                            request.getHeader(HttpHeaderNames.ACCEPT_LANGUAGE))
                    .send(context.response());
        }
        return Uni.createFrom().item(true);
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of();
    }
}
