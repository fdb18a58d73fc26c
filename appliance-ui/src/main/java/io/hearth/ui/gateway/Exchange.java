package io.hearth.ui.gateway;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;

/** A request of an application while it is relayed: the client's side of a {@link Relay}. */
final class Exchange implements Relay.Client {
    /** Headers of a worker's answer that are passed on; all others are the appliance's own business. */
    private static final List<CharSequence> PASSED = List.of(
            HttpHeaders.CONTENT_TYPE, HttpHeaders.CACHE_CONTROL, HttpHeaders.createOptimized("x-accel-buffering"));

    private static final Buffer END_OF_EVENT = Buffer.buffer("\n\n");

    /** Hears how it ended. */
    interface Listener {
        /** The answer begins. */
        void began(Exchange exchange, long micros);

        /** It is over, with this status; 499: the client left. Called once. */
        void ended(Exchange exchange, int status);
    }

    private static final int CLIENT_LEFT = 499;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;
    private final GatewaySettings settings;
    private final Listener listener;
    private final long arrived;
    private Relay relay;
    private boolean over;
    private boolean events;
    private int status;

    Exchange(HttpServerRequest request, Context context, GatewaySettings settings, long arrived, Listener listener) {
        this.request = request;
        this.response = request.response();
        this.context = context;
        this.settings = settings;
        this.arrived = arrived;
        this.listener = listener;
    }

    void start(Relay made) {
        relay = made;
        response.closeHandler(closed -> left());
        response.exceptionHandler(gone -> left());
        request.exceptionHandler(gone -> left());
        relay.start();
    }

    /** Looks from time to time whether something takes too long; from any thread. */
    void check() {
        context.runOnContext(now -> {
            if (over) {
                return;
            }
            if (relay.waitsForClient() && relay.stillFor() > settings.stallMillis()) {
                relay.cancel();
                over(CLIENT_LEFT);
                Answer.cutOff(request);
            } else {
                relay.check();
            }
        });
    }

    /** Ends it because the gateway ends. */
    void stop() {
        context.runOnContext(now -> {
            if (!over) {
                relay.cancel();
                failed(GatewayError.unavailable("The appliance is being restarted. Try again in a moment."));
            }
        });
    }

    private void left() {
        if (!over) {
            relay.cancel();
            over(CLIENT_LEFT);
        }
    }

    @Override
    public void begin(int answered, HttpClientResponse head) {
        listener.began(this, (System.nanoTime() - arrived) / 1000);
        status = answered;
        String type = head.getHeader(HttpHeaders.CONTENT_TYPE);
        events = type != null && type.startsWith("text/event-stream");
        response.setStatusCode(answered);
        for (CharSequence name : PASSED) {
            String value = head.getHeader(name);
            if (value != null) {
                response.putHeader(name, value);
            }
        }
        response.putHeader("X-Content-Type-Options", "nosniff");
        String length = head.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, length);
        } else {
            response.setChunked(true);
        }
    }

    @Override
    public boolean piece(Buffer piece) {
        response.write(piece);
        if (!response.writeQueueFull()) {
            return true;
        }
        response.drainHandler(drained -> relay.resume());
        return false;
    }

    @Override
    public void end() {
        over(status);
        response.end();
    }

    @Override
    public void failed(GatewayError error) {
        boolean begun = response.headWritten();
        over(error.status());
        if (!begun) {
            response.headers().remove(HttpHeaders.CONTENT_LENGTH).remove(HttpHeaders.CACHE_CONTROL);
            response.setChunked(false);
            Answer.error(response, error);
        } else if (events) {
            // What was being written may be half an event: the blank line ends it.
            response.end(Buffer.buffer()
                    .appendBuffer(END_OF_EVENT)
                    .appendString("data: ")
                    .appendBuffer(error.body())
                    .appendBuffer(END_OF_EVENT));
        } else {
            Answer.cutOff(request);
        }
    }

    private void over(int ended) {
        over = true;
        listener.ended(this, ended);
    }
}
