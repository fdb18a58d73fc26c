package io.hearth.ui.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.LogText;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/**
 * Answers what goes wrong in a resource, always as {@link ProblemBody}: what the caller can mend says how; a fault of ours says
 * nothing but a number, under which the log has the rest.
 */
public class Problems {
    private static final System.Logger LOG = System.getLogger(Problems.class.getName());

    /** Statuses that have words of their own. */
    private static final Set<Integer> SAID = Set.of(400, 401, 403, 404, 405, 406, 413, 415);

    @ServerExceptionMapper
    public Response problem(Problem problem, HttpServerRequest request) {
        return respond(problem.kind().status(), problem.sentence(), request);
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    public Response unauthenticated(HttpServerRequest request) {
        return respond(401, Sentence.of("access.unauthenticated"), request);
    }

    @ServerExceptionMapper(ForbiddenException.class)
    public Response forbidden(HttpServerRequest request) {
        return respond(403, Sentence.of("core.http.403"), request);
    }

    @ServerExceptionMapper
    public Response json(MismatchedInputException error, HttpServerRequest request) {
        return respond(400, sentence(error), request);
    }

    @ServerExceptionMapper
    public Response json(JsonProcessingException error, HttpServerRequest request) {
        return respond(400, sentence(error), request);
    }

    @ServerExceptionMapper
    public Response http(WebApplicationException error, HttpServerRequest request) {
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof JsonProcessingException json) {
                return respond(400, sentence(json), request);
            }
        }
        int status = error.getResponse().getStatus();
        if (status == 404 && error.getCause() instanceof IllegalArgumentException) {
            return respond(400, Sentence.of("core.parameter"), request);
        }
        if (SAID.contains(status)) {
            return respond(status, Sentence.of("core.http." + status), request);
        }
        return status >= 500 ? fault(error, request) : error.getResponse();
    }

    @ServerExceptionMapper
    public Response fault(Throwable error, HttpServerRequest request) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem(problem, request);
            }
        }
        String incident = Ids.next("inc");
        LOG.log(
                System.Logger.Level.ERROR,
                "Incident " + incident + " at " + request.method() + " " + LogText.safe(request.path()),
                error);
        return answer(ProblemBody.of(
                500, Sentence.of("core.http.500", incident), request.path(), language(request), incident));
    }

    private static Response respond(int status, Sentence sentence, HttpServerRequest request) {
        return answer(ProblemBody.of(status, sentence, request.path(), language(request), null));
    }

    private static @Nullable String language(HttpServerRequest request) {
        return request.getHeader(HttpHeaders.ACCEPT_LANGUAGE);
    }

    private static Response answer(ProblemBody body) {
        return Response.status(body.status())
                .type(ProblemBody.MEDIA_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(body)
                .build();
    }

    /** Says which member of a body is wrong and what is expected there, without repeating what was sent. */
    static Sentence sentence(JsonProcessingException error) {
        if (error instanceof UnrecognizedPropertyException unknown) {
            String known = unknown.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .collect(Collectors.joining(", "));
            return Sentence.of("core.json.unknown", LogText.safe(unknown.getPropertyName(), 60), known);
        }
        if (error instanceof MismatchedInputException mismatched) {
            return Sentence.of("core.json.type", path(mismatched), expected(mismatched.getTargetType()));
        }
        if (error instanceof JsonMappingException mapping) {
            for (Throwable cause = mapping.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof Problem problem) {
                    return problem.sentence();
                }
            }
            return Sentence.of("core.json.type", path(mapping), expected(null));
        }
        int line = error.getLocation() == null
                ? 1
                : Math.max(1, error.getLocation().getLineNr());
        int column = error.getLocation() == null
                ? 1
                : Math.max(1, error.getLocation().getColumnNr());
        return Sentence.of("core.json.syntax", Integer.toString(line), Integer.toString(column));
    }

    /** Where in the body: {@code recipe.layers[2]}. */
    private static String path(JsonMappingException error) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : error.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(LogText.safe(step.getFieldName(), 60));
            }
        }
        return path.isEmpty() ? "$" : path.toString();
    }

    private static Sentence expected(@Nullable Class<?> type) {
        if (type == null) {
            return Sentence.of("core.json.something");
        }
        if (type.isEnum()) {
            String values =
                    Arrays.stream(type.getEnumConstants()).map(String::valueOf).collect(Collectors.joining(", "));
            return Sentence.of("core.json.one-of", values);
        }
        if (type == boolean.class || type == Boolean.class) {
            return Sentence.of("core.json.boolean");
        }
        if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
            return Sentence.of("core.json.whole");
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return Sentence.of("core.json.number");
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return Sentence.of("core.json.text");
        }
        if (Temporal.class.isAssignableFrom(type)) {
            return Sentence.of("core.json.time");
        }
        if (type.isArray() || (Collection.class.isAssignableFrom(type) && !Map.class.isAssignableFrom(type))) {
            return Sentence.of("core.json.list");
        }
        return Sentence.of("core.json.object");
    }
}
