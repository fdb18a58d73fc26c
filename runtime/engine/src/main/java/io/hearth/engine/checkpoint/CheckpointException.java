package io.hearth.engine.checkpoint;

/**
 * A model, adapter or checkpoint on disk cannot be used, or could not be written. The message is a sentence for the
 * user: it names the file, says what is wrong with it and, where there is one, the way out.
 */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String sentence) {
        super(sentence);
    }

    public CheckpointException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
