package io.hearth.text.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A parsed template in the Jinja dialect that published chat templates use. Immutable and safe for use by several
 * threads; every rendering has its own state and its own {@link Limits}.
 */
public final class Template {
    private static final int MAXIMUM_LENGTH = 1_000_000;

    private final List<Statement> statements;

    private Template(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * A rendered template.
     *
     * @param generated what stands in {@code {% generation %}} blocks, in order; empty where there are none, and where
     *     the template moves such a block through a macro or a variable, so that its place is not known
     */
    public record Rendering(String text, List<Span> generated) {}

    /** A range of UTF-16 units, the end excluded. */
    public record Span(int start, int end) {}

    /**
     * Parses a template.
     *
     * @throws JinjaException naming the line, if the text is not a template
     */
    public static Template parse(String text) {
        Objects.requireNonNull(text, "text");
        if (text.length() > MAXIMUM_LENGTH) {
            throw new JinjaException("the template is longer than " + MAXIMUM_LENGTH + " characters");
        }
        try {
            return new Template(TemplateParser.parse(text));
        } catch (StackOverflowError e) {
            throw new JinjaException("the template is nested too deeply");
        }
    }

    /**
     * Renders the template.
     *
     * @param variables plain values: null, Boolean, numbers, String, List, Map
     * @param clock what {@code strftime_now} reads
     * @throws JinjaException if the template fails, refuses its input, or goes beyond the limits
     */
    public Rendering render(Map<String, Object> variables, Clock clock, Limits limits) {
        try {
            return new Interpreter(limits, clock).run(statements, variables);
        } catch (StackOverflowError e) {
            throw new JinjaException("the template is nested too deeply");
        }
    }
}
