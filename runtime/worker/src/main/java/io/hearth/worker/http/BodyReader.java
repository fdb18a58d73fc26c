package io.hearth.worker.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.function.Consumer;

/** Collects a request's body within limits of size and time. */
final class BodyReader {
    /** What is still read and thrown away after a refusal, so that the client gets to read the answer. */
    private static final int DISCARD_FACTOR = 16;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final int maxBytes;
    private final Consumer<ApiException> refused;
    private Buffer body = Buffer.buffer();
    private long seen;
    private long timer;

    private BodyReader(Vertx vertx, HttpServerRequest request, int maxBytes, Consumer<ApiException> refused) {
        this.vertx = vertx;
        this.request = request;
        this.maxBytes = maxBytes;
        this.refused = refused;
    }

    /**
     * Reads a body; exactly one of the two is called, on the event loop, unless the client leaves before.
     *
     * @param patience how long the body may take to arrive
     */
    static void read(
            Vertx vertx,
            HttpServerRequest request,
            int maxBytes,
            Duration patience,
            Consumer<byte[]> complete,
            Consumer<ApiException> refused) {
        BodyReader reader = new BodyReader(vertx, request, maxBytes, refused);
        reader.timer = vertx.setTimer(patience.toMillis(), timer -> reader.tooSlow(patience));
        request.exceptionHandler(fault -> vertx.cancelTimer(reader.timer));
        request.handler(reader::take);
        request.endHandler(end -> {
            vertx.cancelTimer(reader.timer);
            if (reader.body != null) {
                complete.accept(reader.body.getBytes());
            }
        });
    }

    private void take(Buffer part) {
        seen += part.length();
        if (body != null && seen <= maxBytes) {
            body.appendBuffer(part);
        } else if (body != null) {
            refuse(ApiException.tooLarge(
                    "The request is larger than this server takes: at most " + maxBytes + " bytes."));
        } else if (seen > (long) maxBytes * DISCARD_FACTOR) {
            vertx.cancelTimer(timer);
            request.connection().close();
        }
    }

    private void tooSlow(Duration patience) {
        if (body == null) {
            request.connection().close();
            return;
        }
        refuse(ApiException.timeout("The request's body did not arrive within " + patience.toSeconds() + " s."));
        request.connection().close();
    }

    private void refuse(ApiException error) {
        body = null;
        refused.accept(error);
    }
}
