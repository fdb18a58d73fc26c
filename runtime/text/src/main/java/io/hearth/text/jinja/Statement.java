package io.hearth.text.jinja;

import io.hearth.text.jinja.Expression.Filter;
import java.util.List;
import java.util.Optional;

/** The statements of a template, as parsed. */
sealed interface Statement {
    /** The line of the template where the statement starts. */
    int line();

    /** Text between tags. */
    record Text(int line, String text) implements Statement {}

    /** {@code {{ value }}}. */
    record Output(int line, Expression value) implements Statement {}

    record If(int line, List<Branch> branches, List<Statement> otherwise) implements Statement {}

    record Branch(Expression condition, List<Statement> body) {}

    record For(
            int line,
            Target target,
            Expression items,
            Optional<Expression> condition,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    record Set(int line, Target target, Expression value) implements Statement {}

    /** {@code {% set name | filters %}...{% endset %}}; the filters' innermost target is {@link #BODY}. */
    record SetBlock(int line, Target target, Optional<Expression> filters, List<Statement> body) implements Statement {}

    record Macro(
            int line,
            String name,
            List<Parameter> parameters,
            boolean takesMorePositional,
            boolean takesMoreNamed,
            boolean takesCaller,
            List<Statement> body)
            implements Statement {}

    record Parameter(String name, Optional<Expression> defaultValue) {}

    /** {@code {% call(parameters) target(arguments) %}...{% endcall %}}. */
    record CallBlock(int line, Expression.Call call, Macro caller) implements Statement {}

    /** {@code {% filter name %}...{% endfilter %}}; the filters' innermost target is {@link #BODY}. */
    record FilterBlock(int line, Filter filters, List<Statement> body) implements Statement {}

    record With(int line, List<Set> bindings, List<Statement> body) implements Statement {}

    /** {@code {% generation %}...{% endgeneration %}}: what the model itself is to write. */
    record Generation(int line, List<Statement> body) implements Statement {}

    /** The name under which a block's rendered body is handed to its filters; no template can write it. */
    String BODY = "<body>";

    /** What can be assigned to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record NamespaceField(String namespace, String field) implements Target {}

        record Unpack(List<Target> targets) implements Target {}
    }
}
