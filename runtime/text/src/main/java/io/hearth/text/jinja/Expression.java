package io.hearth.text.jinja;

import java.util.List;
import java.util.Optional;

/** The expressions of a template, as parsed. */
sealed interface Expression {
    /** A value written in the template. */
    record Constant(Object value) implements Expression {}

    record Name(String name) implements Expression {}

    record ListLiteral(List<Expression> items) implements Expression {}

    record TupleLiteral(List<Expression> items) implements Expression {}

    record DictLiteral(List<Pair> items) implements Expression {}

    record Pair(Expression key, Expression value) {}

    /** Minus, plus or {@code not}. */
    record Unary(String operator, Expression operand) implements Expression {}

    /** Arithmetic, {@code and}, {@code or}. */
    record Binary(String operator, Expression left, Expression right) implements Expression {}

    /** {@code a ~ b ~ c}. */
    record Concatenation(List<Expression> parts) implements Expression {}

    /** {@code first < a <= b}: every step must hold, evaluated from the left. */
    record Comparison(Expression first, List<Step> steps) implements Expression {}

    record Step(String operator, Expression right) {}

    /** {@code then if condition else otherwise}; undefined without {@code else}. */
    record Conditional(Expression condition, Expression then, Optional<Expression> otherwise) implements Expression {}

    /** {@code target.name}. */
    record Attribute(Expression target, String name) implements Expression {}

    /** {@code target[key]}. */
    record Item(Expression target, Expression key) implements Expression {}

    /** {@code target[start:stop:step]}. */
    record Slice(Expression target, Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step)
            implements Expression {}

    record Call(Expression target, CallArguments arguments) implements Expression {}

    /** {@code target | name(arguments)}. */
    record Filter(Expression target, String name, CallArguments arguments) implements Expression {}

    /** {@code target is name(arguments)}. */
    record Test(Expression target, String name, CallArguments arguments) implements Expression {}

    record CallArguments(
            List<Expression> positional,
            List<Named> named,
            Optional<Expression> spreadPositional,
            Optional<Expression> spreadNamed) {
        static final CallArguments NONE = new CallArguments(List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    record Named(String name, Expression value) {}
}
