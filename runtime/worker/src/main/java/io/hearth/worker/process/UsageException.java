package io.hearth.worker.process;

/** The user's mistake. The message is a sentence that says what is wrong and what to do; it is shown without a trace. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
