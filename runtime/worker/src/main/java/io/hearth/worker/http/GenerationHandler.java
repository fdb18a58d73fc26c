package io.hearth.worker.http;

import io.hearth.engine.serve.GenerationRequest;
import io.hearth.engine.serve.RequestRefusedException;
import io.hearth.text.TextException;
import io.hearth.worker.http.CompletionCall.Text;
import io.hearth.worker.http.CompletionCall.Tokens;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Takes one request for a completion from its body to the engine. */
final class GenerationHandler {
    private static final System.Logger LOG = System.getLogger(GenerationHandler.class.getName());

    private final Vertx vertx;
    private final Backend backend;
    private final Duration streamPatience;
    private final String tag;
    private final long arrival = System.nanoTime();

    /** @param tag of the request, or null */
    GenerationHandler(Vertx vertx, Backend backend, Duration streamPatience, String tag) {
        this.tag = tag;
        this.vertx = vertx;
        this.backend = backend;
        this.streamPatience = streamPatience;
    }

    /** A request that has been read and turned into tokens. */
    private record Prepared(CallOptions options, List<GenerationRequest> requests, String promptParam) {}

    void handle(HttpServerRequest request, byte[] body, boolean chat) {
        Context context = vertx.getOrCreateContext();
        // Long prompts take a while to become tokens: the event loop must not wait for that.
        vertx.executeBlocking(() -> chat ? chat(CallParser.chat(body)) : completion(CallParser.completion(body)), false)
                .onSuccess(prepared -> start(context, request, prepared, chat))
                .onFailure(fault -> Responses.error(request.response(), asError(fault)));
    }

    private Prepared chat(ChatCall call) {
        int slot = backend.models().adapterSlot(call.options().model());
        int[] prompt = encoded(
                "messages", () -> backend.text().encodeChat(call.messages(), call.tools(), call.templateVariables()));
        return new Prepared(call.options(), List.of(request(call.options(), slot, prompt, "messages")), "messages");
    }

    private Prepared completion(CompletionCall call) {
        int slot = backend.models().adapterSlot(call.options().model());
        List<GenerationRequest> requests = new ArrayList<>();
        for (CompletionCall.Prompt prompt : call.prompts()) {
            int[] ids = switch (prompt) {
                case Text text -> encoded("prompt", () -> backend.text().encodeText(text.text()));
                case Tokens tokens -> tokens.ids();
            };
            requests.add(request(call.options(), slot, ids, "prompt"));
        }
        return new Prepared(call.options(), requests, "prompt");
    }

    private interface Encoding {
        int[] get();
    }

    private static int[] encoded(String param, Encoding encoding) {
        try {
            return encoding.get();
        } catch (TextException e) {
            throw ApiException.badRequest(param, e.getMessage());
        }
    }

    private GenerationRequest request(CallOptions options, int slot, int[] prompt, String param) {
        if (prompt.length == 0) {
            throw ApiException.badRequest(param, "The prompt is empty: it needs at least one token.");
        }
        return new GenerationRequest(
                prompt,
                slot,
                options.maxTokens() == null ? Integer.MAX_VALUE : options.maxTokens(),
                options.sampling(),
                backend.stopTokens().stream().mapToInt(Integer::intValue).toArray(),
                options.stop(),
                backend.text().decoder(),
                null);
    }

    private void start(Context context, HttpServerRequest request, Prepared prepared, boolean chat) {
        if (request.response().closed()) {
            return;
        }
        CallOptions options = prepared.options();
        String number = UUID.randomUUID().toString().replace("-", "");
        long created = Instant.now().getEpochSecond();
        AnswerFormat format = chat
                ? new AnswerFormat.Chat("chatcmpl-" + number, created, options.model())
                : new AnswerFormat.Completion("cmpl-" + number, created, options.model());
        int choices = prepared.requests().size();
        Reply reply = options.stream()
                ? new StreamedReply(context, request, format, choices, options.includeUsage(), streamPatience)
                : new WholeReply(context, request, format, choices);
        UsageMeter meter = new UsageMeter(tag, options.model(), arrival, backend.usage());
        try {
            reply.started(backend.engine().submitAll(prepared.requests(), meter.before(reply.listeners(choices))));
        } catch (RequestRefusedException e) {
            reply.finish();
            Responses.error(request.response(), refusal(e, prepared.promptParam()));
        }
    }

    private static ApiException refusal(RequestRefusedException refused, String promptParam) {
        return switch (refused.reason()) {
            case TOO_LONG -> ApiException.contextLength(promptParam, refused.getMessage());
            case INVALID -> ApiException.badRequest(promptParam, refused.getMessage());
            case QUEUE_FULL -> ApiException.busy(refused.getMessage());
            case CLOSED -> ApiException.unavailable(refused.getMessage());
        };
    }

    private static ApiException asError(Throwable fault) {
        if (fault instanceof ApiException error) {
            return error;
        }
        LOG.log(System.Logger.Level.ERROR, "a request could not be prepared", fault);
        return ApiException.fault("The server failed to prepare this request. The cause is in its log.");
    }
}
