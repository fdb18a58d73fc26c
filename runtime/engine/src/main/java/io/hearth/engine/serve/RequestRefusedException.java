package io.hearth.engine.serve;

/** The engine does not take a request; the message is a sentence for the client. */
public final class RequestRefusedException extends RuntimeException {
    /** What stands in the way. */
    public enum Reason {
        /** Prompt longer than the context: the same request can never succeed. */
        TOO_LONG,
        /** A token or an adapter that the model does not have. */
        INVALID,
        /** Too many requests wait: try again later. */
        QUEUE_FULL,
        /** The engine is being closed. */
        CLOSED
    }

    private final Reason reason;

    public RequestRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
