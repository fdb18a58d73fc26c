package io.hearth.ui.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Reads the bodies of requests: each whole, because another replica may need it again; all together within a bound. */
final class Bodies {
    private final Vertx vertx;
    private final GatewaySettings settings;
    private final AtomicLong held = new AtomicLong();

    Bodies(Vertx vertx, GatewaySettings settings) {
        this.vertx = vertx;
        this.settings = settings;
    }

    /**
     * Reads a body. Its bytes count as held until {@link #release}.
     *
     * @param whole gets the body
     * @param fault gets the reason if there will be none; nothing is held then
     * @param left is called if the client left instead
     */
    void read(HttpServerRequest request, Consumer<Buffer> whole, Consumer<GatewayError> fault, Runnable left) {
        String announced = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (announced != null && longer(announced)) {
            fault.accept(tooLarge());
            return;
        }
        new Reading(request, whole, fault, left).start();
    }

    /** Bytes of a body are held no longer. */
    void release(int bytes) {
        held.addAndGet(-bytes);
    }

    /** Bytes of all bodies. */
    long held() {
        return held.get();
    }

    private boolean longer(String announced) {
        try {
            return Long.parseLong(announced) > settings.maxBodyBytes();
        } catch (NumberFormatException e) {
            return true;
        }
    }

    private GatewayError tooLarge() {
        return GatewayError.tooLarge("The request's body is longer than " + (settings.maxBodyBytes() >> 20) + " MiB.");
    }

    private final class Reading {
        private final HttpServerRequest request;
        private final Consumer<Buffer> whole;
        private final Consumer<GatewayError> fault;
        private final Runnable left;
        private final Buffer body = Buffer.buffer();
        private long timer = -1;
        private boolean moved;
        private boolean over;

        Reading(HttpServerRequest request, Consumer<Buffer> whole, Consumer<GatewayError> fault, Runnable left) {
            this.request = request;
            this.whole = whole;
            this.fault = fault;
            this.left = left;
        }

        void start() {
            timer = vertx.setPeriodic(settings.bodyMillis(), tick -> {
                if (!moved) {
                    stop(GatewayError.timeout("The request's body did not arrive in time."));
                }
                moved = false;
            });
            request.exceptionHandler(gone -> {
                if (!over) {
                    over();
                    release(body.length());
                    left.run();
                }
            });
            request.handler(this::piece);
            request.endHandler(done -> {
                if (!over) {
                    over();
                    whole.accept(body);
                }
            });
            request.resume();
        }

        private void piece(Buffer piece) {
            if (over) {
                return;
            }
            moved = true;
            if (body.length() + piece.length() > settings.maxBodyBytes()) {
                stop(tooLarge());
            } else if (held.addAndGet(piece.length()) > settings.maxBodiesBytes()) {
                held.addAndGet(-piece.length());
                stop(GatewayError.unavailable("The gateway has as many requests in hand as it can hold."));
            } else {
                body.appendBuffer(piece);
            }
        }

        private void stop(GatewayError error) {
            if (!over) {
                over();
                release(body.length());
                fault.accept(error);
            }
        }

        private void over() {
            over = true;
            vertx.cancelTimer(timer);
        }
    }
}
