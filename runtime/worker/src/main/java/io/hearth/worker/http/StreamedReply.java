package io.hearth.worker.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.engine.serve.Ending;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * An answer that is sent as it is made: server-sent events, each {@code data: {...}} and an empty line, and {@code data:
 * [DONE]} at the end.
 *
 * <p>Text for a client that reads more slowly than the model writes is kept together and sent as one event when there is
 * room again; a client that takes nothing for too long, or falls too far behind, is sent away. The model never waits for a client.
 */
final class StreamedReply extends Reply {
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_OF_EVENT = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    /** Most characters that are kept for a client that does not take them. */
    private static final int MAX_PENDING = 4 << 20;

    private final Context context;
    private final boolean includeUsage;
    private final Duration patience;
    private final Choice[] choices;
    private boolean begun;
    private long stallTimer = -1;

    /**
     * @param includeUsage whether the last event has the token counts
     * @param patience how long a client may take nothing while there is something for it
     */
    StreamedReply(
            Context context,
            HttpServerRequest request,
            AnswerFormat format,
            int choices,
            boolean includeUsage,
            Duration patience) {
        super(context, request, format);
        this.context = context;
        this.includeUsage = includeUsage;
        this.patience = patience;
        this.choices = Stream.generate(Choice::new).limit(choices).toArray(Choice[]::new);
    }

    private static final class Choice {
        final StringBuilder pending = new StringBuilder();
        Ending ending;
        boolean first = true;
        boolean done;
    }

    @Override
    void text(int choice, String text) {
        choices[choice].pending.append(text);
        if (choices[choice].pending.length() > MAX_PENDING) {
            cutOff();
        } else {
            flush();
        }
    }

    @Override
    void completed(int choice, Ending ending) {
        choices[choice].ending = ending;
        flush();
    }

    @Override
    void fail(ApiException error) {
        stopStallTimer();
        if (!begun) {
            Responses.error(response, error);
            return;
        }
        send(Json.bytes(error.body()));
        send(DONE);
        response.end();
    }

    private void flush() {
        if (isOver()) {
            return;
        }
        if (response.writeQueueFull()) {
            waitForRoom();
            return;
        }
        begin();
        boolean allDone = true;
        for (int i = 0; i < choices.length; i++) {
            flush(i, choices[i]);
            allDone &= choices[i].done;
        }
        if (allDone) {
            finish();
            if (includeUsage) {
                send(format.usageEvent(usage()));
            }
            send(DONE);
            response.end();
        }
    }

    private void flush(int index, Choice choice) {
        if (choice.done || choice.pending.isEmpty() && choice.ending == null) {
            return;
        }
        if (choice.first) {
            choice.first = false;
            ObjectNode first = format.first(index);
            if (first != null) {
                send(first);
            }
        }
        if (!choice.pending.isEmpty()) {
            send(format.delta(index, choice.pending.toString()));
            choice.pending.setLength(0);
        }
        if (choice.ending != null) {
            send(format.last(index, choice.ending.reason()));
            choice.done = true;
        }
    }

    /** The status is only settled with the first event, so that a fault before it is still an error of its own. */
    private void begin() {
        if (begun) {
            return;
        }
        begun = true;
        response.setStatusCode(200)
                .setChunked(true)
                .putHeader("Content-Type", "text/event-stream; charset=utf-8")
                .putHeader("Cache-Control", "no-cache")
                .putHeader("X-Accel-Buffering", "no");
    }

    private void waitForRoom() {
        if (stallTimer >= 0) {
            return;
        }
        stallTimer = context.owner().setTimer(patience.toMillis(), timer -> {
            cutOff();
        });
        response.drainHandler(drained -> {
            stopStallTimer();
            flush();
        });
    }

    /** The connection's own close waits until everything is written, which for this client may be never. */
    private void cutOff() {
        abandon();
        if (request.connection() instanceof ConnectionBase connection) {
            connection.channelHandlerContext().close();
        } else {
            request.connection().close();
        }
    }

    private void stopStallTimer() {
        if (stallTimer >= 0) {
            context.owner().cancelTimer(stallTimer);
            stallTimer = -1;
        }
    }

    @Override
    void left() {
        stopStallTimer();
    }

    private void send(JsonNode event) {
        send(Json.bytes(event));
    }

    private void send(byte[] data) {
        response.write(Buffer.buffer(DATA.length + data.length + END_OF_EVENT.length)
                .appendBytes(DATA)
                .appendBytes(data)
                .appendBytes(END_OF_EVENT));
    }
}
