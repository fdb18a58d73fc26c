package io.hearth.ui.api;

import io.hearth.ui.access.RequestIdentity;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What holds for every request, whoever answers it: headers that tell browsers what not to do, cookies that scripts and other
 * sites cannot use, and no change on behalf of a signed-in browser that another site has sent here.
 */
@ApplicationScoped
class HttpRules {
    /** Before authentication. */
    private static final int HEADERS = 1000;

    private static final int SAME_SITE = 900;

    /** After the resources, before the pages. */
    private static final int AFTER_RESOURCES = 9_999;

    /** Cookies that pages set and change by themselves: language and look. */
    private static final Pattern LOOKS = Pattern.compile("hearth-(language|appearance)=");

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    /** What pages may load: from here alone, but for what Vaadin needs; see docs/security.md. */
    static final String PAGES = ContentPolicy.ofScripts("'self' 'unsafe-eval'");

    /** The reader of the API's description has a script in its page. */
    static final String SWAGGER = ContentPolicy.ofScripts("'self' 'unsafe-inline'");

    /** Answers that are not pages load nothing. */
    static final String NOTHING =
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

    void install(@Observes Filters filters) {
        filters.register(HttpRules::headers, HEADERS);
        filters.register(HttpRules::sameSite, SAME_SITE);
    }

    /** Says in JSON what is not there: otherwise the pages would answer programs. */
    void unknown(@Observes Router router) {
        router.route("/api/v1/*")
                .order(AFTER_RESOURCES)
                .handler(context -> ProblemBody.of(
                                new Problem(Problem.Kind.NOT_FOUND, Sentence.of("core.http.404")),
                                context.request().path(),
                                context.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE))
                        .send(context.response()));
    }

    private static void headers(RoutingContext context) {
        MultiMap headers = context.response().headers();
        String path = context.request().path();
        boolean machine = path.startsWith("/api/") || path.startsWith("/v1/");
        headers.set("Content-Security-Policy", machine ? NOTHING : path.startsWith("/q/swagger-ui") ? SWAGGER : PAGES);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Strict-Transport-Security", "max-age=31536000");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
        if (path.startsWith("/api/")) {
            headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
        }
        context.addHeadersEndHandler(done -> hardenCookies(headers));
        context.next();
    }

    /** Adds to each cookie what keeps it from scripts, from plain connections and from other sites. */
    static void hardenCookies(MultiMap headers) {
        List<String> cookies = headers.getAll("Set-Cookie");
        if (cookies.isEmpty()) {
            return;
        }
        headers.set(
                "Set-Cookie",
                cookies.stream()
                        .map(cookie -> LOOKS.matcher(cookie).lookingAt() ? cookie : with(cookie, "HttpOnly"))
                        .map(cookie -> with(cookie, "Secure"))
                        .map(cookie -> with(cookie, "SameSite=Lax"))
                        .toList());
    }

    private static String with(String cookie, String attribute) {
        String name = attribute.split("=")[0];
        boolean has = List.of(cookie.split(";")).stream()
                .skip(1)
                .anyMatch(part -> part.strip().split("=")[0].equalsIgnoreCase(name));
        return has ? cookie : cookie + "; " + attribute;
    }

    /**
     * Refuses what another site makes a signed-in browser send: changes over the API with the cookie, and the forms to sign in and
     * out. Browsers say where a request comes from; pages' own requests carry a token of their own.
     */
    private static void sameSite(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = request.path();
        boolean change = !SAFE.contains(request.method().name());
        boolean byCookie = path.startsWith("/api/")
                && request.getHeader(HttpHeaders.AUTHORIZATION) == null
                && request.getCookie(RequestIdentity.COOKIE) != null;
        boolean refused = change
                && (byCookie && !SameSite.shown(request.headers(), host(request))
                        || path.startsWith("/auth/") && SameSite.contradicted(request.headers(), host(request)));
        if (refused) {
            ProblemBody.of(
                            new Problem(Problem.Kind.FORBIDDEN, Sentence.of("core.same-site")),
                            path,
                            request.getHeader(HttpHeaders.ACCEPT_LANGUAGE))
                    .send(context.response());
        } else {
            context.next();
        }
    }

    private static String host(HttpServerRequest request) {
        return request.authority() == null ? "" : request.authority().toString();
    }
}
