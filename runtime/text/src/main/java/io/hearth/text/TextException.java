package io.hearth.text;

/**
 * Something about tokenizers, templates or rows that a person has to mend. The message is one sentence for that
 * person: what is wrong, and what to do about it.
 */
public class TextException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TextException(String message) {
        super(message);
    }

    public TextException(String message, Throwable cause) {
        super(message, cause);
    }
}
