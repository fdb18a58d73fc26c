package io.hearth.ui.api;

import io.hearth.ui.core.Problem;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers what goes wrong in a resource. */
public class Problems {
    @ServerExceptionMapper
    public Response problem(Problem problem, HttpServerRequest request) {
        return respond(ProblemBody.of(problem, request.path(), request.getHeader(HttpHeaders.ACCEPT_LANGUAGE)));
    }

    static Response respond(ProblemBody body) {
        return Response.status(body.status())
                .type(ProblemBody.MEDIA_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(body)
                .build();
    }
}
