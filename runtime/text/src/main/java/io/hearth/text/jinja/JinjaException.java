package io.hearth.text.jinja;

import io.hearth.text.TextException;

/** A template that cannot be parsed, or a rendering that failed or went beyond its limits. */
public final class JinjaException extends TextException {
    private static final long serialVersionUID = 1L;

    private final boolean raisedByTemplate;

    JinjaException(String message) {
        this(message, false);
    }

    private JinjaException(String message, boolean raisedByTemplate) {
        super(message);
        this.raisedByTemplate = raisedByTemplate;
    }

    /** The error of a template that called {@code raise_exception(message)}. */
    static JinjaException raised(String message) {
        return new JinjaException(message, true);
    }

    JinjaException atLine(int line) {
        if (raisedByTemplate || getMessage().startsWith("template line ")) {
            return this;
        }
        return new JinjaException("template line " + line + ": " + getMessage());
    }

    /** True when the template itself refused its input, through {@code raise_exception}. */
    public boolean raisedByTemplate() {
        return raisedByTemplate;
    }
}
