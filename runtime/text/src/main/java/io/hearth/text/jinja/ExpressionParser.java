package io.hearth.text.jinja;

import io.hearth.text.jinja.Expression.CallArguments;
import io.hearth.text.jinja.Expression.Named;
import io.hearth.text.jinja.Expression.Pair;
import io.hearth.text.jinja.Expression.Step;
import io.hearth.text.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses expressions by recursive descent, one method per level of precedence, loosest first. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NOT_A_TEST_ARGUMENT = Set.of("else", "or", "and", "if", "in", "not", "is");
    private static final int MAXIMUM_DIGITS = 300;

    private final TokenStream stream;
    private final Set<String> names = new HashSet<>();

    ExpressionParser(TokenStream stream) {
        this.stream = stream;
    }

    /** Every name read so far; a macro learns from it whether its body asks for {@code varargs} and the like. */
    Set<String> names() {
        return names;
    }

    Expression parse() {
        return conditional();
    }

    /** One expression, or several with commas between them, which make a tuple. */
    Expression parseTuple(boolean withConditional) {
        Expression first = withConditional ? conditional() : or();
        if (!stream.current().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (stream.skipOperator(",") && !endsTuple()) {
            items.add(withConditional ? conditional() : or());
        }
        return new Expression.TupleLiteral(items);
    }

    private boolean endsTuple() {
        Token token = stream.current();
        return token.kind() == Kind.BLOCK_END || token.kind() == Kind.VARIABLE_END || token.isOperator(")");
    }

    private Expression conditional() {
        stream.enter();
        Expression value = or();
        while (stream.skipName("if")) {
            Expression condition = or();
            Optional<Expression> otherwise = stream.skipName("else") ? Optional.of(conditional()) : Optional.empty();
            value = new Expression.Conditional(condition, value, otherwise);
        }
        stream.leave();
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (stream.skipName("or")) {
            left = new Expression.Binary("or", left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (stream.skipName("and")) {
            left = new Expression.Binary("and", left, not());
        }
        return left;
    }

    private Expression not() {
        if (stream.skipName("not")) {
            stream.enter();
            Expression operand = not();
            stream.leave();
            return new Expression.Unary("not", operand);
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Step> steps = new ArrayList<>();
        while (true) {
            Token token = stream.current();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                stream.next();
                steps.add(new Step(token.text(), sum()));
            } else if (token.isName("in")) {
                stream.next();
                steps.add(new Step("in", sum()));
            } else if (token.isName("not") && stream.lookAhead().isName("in")) {
                stream.next();
                stream.next();
                steps.add(new Step("not in", sum()));
            } else {
                return steps.isEmpty() ? first : new Expression.Comparison(first, steps);
            }
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (stream.current().isOperator("+") || stream.current().isOperator("-")) {
            left = new Expression.Binary(stream.next().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        Expression first = product();
        if (!stream.current().isOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (stream.skipOperator("~")) {
            parts.add(product());
        }
        return new Expression.Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (stream.current().isOperator("*")
                || stream.current().isOperator("/")
                || stream.current().isOperator("//")
                || stream.current().isOperator("%")) {
            left = new Expression.Binary(stream.next().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (stream.skipOperator("**")) {
            left = new Expression.Binary("**", left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        Expression value;
        if (stream.current().isOperator("-") || stream.current().isOperator("+")) {
            stream.enter();
            value = new Expression.Unary(stream.next().text(), unary(false));
            stream.leave();
        } else {
            value = postfix(primary());
        }
        return withFilters ? filtersAndTests(value) : value;
    }

    private Expression primary() {
        Token token = stream.current();
        return switch (token.kind()) {
            case NAME -> name(stream.next().text());
            case STRING -> strings();
            case INTEGER -> new Expression.Constant(integer(stream.next().text()));
            case FLOAT ->
                new Expression.Constant(Double.parseDouble(stream.next().text()));
            case OPERATOR -> bracketed(token);
            default -> throw stream.unexpected("an expression");
        };
    }

    private Expression name(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Constant(true);
            case "false", "False" -> new Expression.Constant(false);
            case "none", "None" -> new Expression.Constant(null);
            default -> {
                names.add(name);
                yield new Expression.Name(name);
            }
        };
    }

    private Expression strings() {
        StringBuilder value = new StringBuilder(stream.next().text());
        while (stream.current().kind() == Kind.STRING) {
            value.append(stream.next().text());
        }
        return new Expression.Constant(value.toString());
    }

    private Object integer(String digits) {
        if (digits.length() > MAXIMUM_DIGITS) {
            throw stream.error("a number has more than " + MAXIMUM_DIGITS + " digits");
        }
        int radix = 10;
        String number = digits;
        if (digits.length() > 2 && digits.charAt(0) == '0' && Character.isLetter(digits.charAt(1))) {
            radix = switch (Character.toLowerCase(digits.charAt(1))) {
                case 'x' -> 16;
                case 'o' -> 8;
                default -> 2;
            };
            number = digits.substring(2);
        }
        return Numbers.normal(new BigInteger(number, radix));
    }

    private Expression bracketed(Token token) {
        if (stream.skipOperator("(")) {
            if (stream.skipOperator(")")) {
                return new Expression.TupleLiteral(List.of());
            }
            Expression inner = parseTuple(true);
            stream.expectOperator(")");
            return inner;
        }
        if (stream.skipOperator("[")) {
            List<Expression> items = new ArrayList<>();
            while (!stream.skipOperator("]")) {
                items.add(parse());
                if (!stream.current().isOperator("]")) {
                    stream.expectOperator(",");
                }
            }
            return new Expression.ListLiteral(items);
        }
        if (stream.skipOperator("{")) {
            List<Pair> items = new ArrayList<>();
            while (!stream.skipOperator("}")) {
                Expression key = parse();
                stream.expectOperator(":");
                items.add(new Pair(key, parse()));
                if (!stream.current().isOperator("}")) {
                    stream.expectOperator(",");
                }
            }
            return new Expression.DictLiteral(items);
        }
        throw stream.error("expected an expression, found " + token.describe());
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            if (stream.skipOperator(".")) {
                Token member = stream.next();
                value = switch (member.kind()) {
                    case NAME -> new Expression.Attribute(value, member.text());
                    case INTEGER -> new Expression.Item(value, new Expression.Constant(integer(member.text())));
                    default -> throw stream.error("expected a name after '.', found " + member.describe());
                };
            } else if (stream.skipOperator("[")) {
                value = subscript(value);
            } else if (stream.current().isOperator("(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression target) {
        Optional<Expression> start = Optional.empty();
        if (!stream.current().isOperator(":")) {
            Expression key = parse();
            if (stream.skipOperator("]")) {
                return new Expression.Item(target, key);
            }
            start = Optional.of(key);
        }
        stream.expectOperator(":");
        Optional<Expression> stop = sliceBound();
        Optional<Expression> step = stream.skipOperator(":") ? sliceBound() : Optional.empty();
        stream.expectOperator("]");
        return new Expression.Slice(target, start, stop, step);
    }

    private Optional<Expression> sliceBound() {
        return stream.current().isOperator(":") || stream.current().isOperator("]")
                ? Optional.empty()
                : Optional.of(parse());
    }

    /** Zero or more {@code | filter}, {@code is test} and calls after a value. */
    Expression filtersAndTests(Expression start) {
        Expression value = start;
        while (true) {
            if (stream.current().isOperator("|")) {
                value = filter(value);
            } else if (stream.skipName("is")) {
                value = test(value);
            } else if (stream.current().isOperator("(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    /** {@code | name(arguments)}; the bar of the first filter may be missing in a filter block. */
    Expression.Filter filter(Expression target) {
        stream.skipOperator("|");
        String name = dottedName("the name of a filter");
        CallArguments arguments = stream.current().isOperator("(") ? arguments() : CallArguments.NONE;
        return new Expression.Filter(target, name, arguments);
    }

    private Expression test(Expression target) {
        boolean negated = stream.skipName("not");
        String name = dottedName("the name of a test");
        CallArguments arguments = CallArguments.NONE;
        Token token = stream.current();
        if (token.isOperator("(")) {
            arguments = arguments();
        } else if (startsTestArgument(token)) {
            Expression argument = postfix(primary());
            arguments = new CallArguments(List.of(argument), List.of(), Optional.empty(), Optional.empty());
        }
        Expression test = new Expression.Test(target, name, arguments);
        return negated ? new Expression.Unary("not", test) : test;
    }

    private static boolean startsTestArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !NOT_A_TEST_ARGUMENT.contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
    }

    private String dottedName(String what) {
        StringBuilder name = new StringBuilder(stream.expect(Kind.NAME, what).text());
        while (stream.skipOperator(".")) {
            name.append('.').append(stream.expect(Kind.NAME, what).text());
        }
        return name.toString();
    }

    private CallArguments arguments() {
        stream.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<Named> named = new ArrayList<>();
        Optional<Expression> spreadPositional = Optional.empty();
        Optional<Expression> spreadNamed = Optional.empty();
        while (!stream.skipOperator(")")) {
            if (stream.skipOperator("**")) {
                spreadNamed = Optional.of(parse());
            } else if (stream.skipOperator("*")) {
                spreadPositional = Optional.of(parse());
            } else if (stream.current().kind() == Kind.NAME
                    && stream.lookAhead().isOperator("=")) {
                String name = stream.next().text();
                stream.next();
                named.add(new Named(name, parse()));
            } else {
                if (!named.isEmpty()) {
                    throw stream.error("an argument without a name follows one with a name");
                }
                positional.add(parse());
            }
            if (!stream.current().isOperator(")")) {
                stream.expectOperator(",");
            }
        }
        return new CallArguments(positional, named, spreadPositional, spreadNamed);
    }
}
