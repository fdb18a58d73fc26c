package io.hearth.engine.train;

/** A job cannot be done, or cannot go on. The message is a sentence that says what is wrong and what to do. */
public class JobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JobException(String message) {
        super(message);
    }

    public JobException(String message, Throwable cause) {
        super(message, cause);
    }
}
