package io.hearth.worker.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.engine.serve.Ending;
import io.hearth.engine.serve.Generation;
import io.hearth.engine.serve.GenerationListener;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Answers one request from its generations, one for each choice. Everything but the listeners' entrances runs on the event
 * loop.
 */
abstract sealed class Reply permits WholeReply, StreamedReply {
    final HttpServerRequest request;
    final HttpServerResponse response;
    final AnswerFormat format;
    private final Context context;
    private List<Generation> generations = List.of();
    private boolean over;
    private int promptTokens;
    private int completionTokens;
    private int running;
    private ApiException failure;

    Reply(Context context, HttpServerRequest request, AnswerFormat format) {
        this.context = context;
        this.request = request;
        this.response = request.response();
        this.format = format;
        response.closeHandler(closed -> abandon());
        response.exceptionHandler(fault -> abandon());
    }

    /** One listener for each choice; they only hand over to the event loop. */
    final List<GenerationListener> listeners(int choices) {
        running = choices;
        return IntStream.range(0, choices).mapToObj(this::listener).toList();
    }

    private GenerationListener listener(int choice) {
        return new GenerationListener() {
            @Override
            public void onText(String text) {
                context.runOnContext(run -> ifNotOver(() -> more(choice, text)));
            }

            @Override
            public void onEnd(Ending ending) {
                context.runOnContext(run -> ifNotOver(() -> ended(choice, ending)));
            }
        };
    }

    private void ifNotOver(Runnable action) {
        if (!over) {
            action.run();
        }
    }

    /** What to cancel when the client leaves. It may have left already. */
    final void started(List<Generation> started) {
        generations = started;
        if (over) {
            generations.forEach(Generation::cancel);
        }
    }

    /** Whether the answer is sent, or nobody waits for it. */
    final boolean isOver() {
        return over;
    }

    /** The client has left or is sent away: nothing more is written, and its generations end. */
    final void abandon() {
        if (!over) {
            over = true;
            left();
            generations.forEach(Generation::cancel);
        }
    }

    /** The client has left: clean up what is not a generation. */
    void left() {}

    /** The answer is written completely. */
    final void finish() {
        over = true;
    }

    private void more(int choice, String text) {
        if (failure == null) {
            text(choice, text);
        }
    }

    /** A request of which one generation fails is failed when the others have ended, too: they are told to. */
    private void ended(int choice, Ending ending) {
        running--;
        switch (ending.reason()) {
            case ERROR -> failing(ApiException.fault(ending.message()));
            case CANCELLED ->
                failing(ApiException.unavailable("The server is shutting down and has ended this request."));
            case STOP, LENGTH -> {
                // The same prompt counts once per choice, as it was computed once per choice.
                promptTokens += ending.promptTokens();
                completionTokens += ending.completionTokens();
                if (failure == null) {
                    completed(choice, ending);
                }
            }
        }
        if (failure != null && running == 0) {
            fail(failure);
            over = true;
        }
    }

    private void failing(ApiException error) {
        if (failure == null) {
            failure = error;
            generations.forEach(Generation::cancel);
        }
    }

    final ObjectNode usage() {
        return AnswerFormat.usage(promptTokens, completionTokens);
    }

    /** More text for a choice. */
    abstract void text(int choice, String text);

    /** A choice has ended well. */
    abstract void completed(int choice, Ending ending);

    /** The request has failed: the last thing that is written. */
    abstract void fail(ApiException error);
}
