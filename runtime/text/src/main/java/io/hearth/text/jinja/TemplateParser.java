package io.hearth.text.jinja;

import io.hearth.text.jinja.Statement.Branch;
import io.hearth.text.jinja.Statement.Parameter;
import io.hearth.text.jinja.Statement.Target;
import io.hearth.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses the tags of a template into statements. */
final class TemplateParser {
    private final TokenStream stream;
    private final ExpressionParser expressions;
    private int loops;

    private TemplateParser(List<Token> tokens) {
        this.stream = new TokenStream(tokens);
        this.expressions = new ExpressionParser(stream);
    }

    static List<Statement> parse(String template) {
        TemplateParser parser = new TemplateParser(Lexer.tokenize(template));
        List<Statement> body = parser.body(Set.of());
        if (parser.stream.current().kind() != Kind.END) {
            throw parser.stream.unexpected("the end of the template");
        }
        return body;
    }

    /** Statements up to a tag named in {@code ends}, whose name is then the current token. */
    private List<Statement> body(Set<String> ends) {
        stream.enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = stream.current();
            switch (token.kind()) {
                case DATA ->
                    statements.add(
                            new Statement.Text(token.line(), stream.next().text()));
                case VARIABLE_BEGIN -> {
                    stream.next();
                    Expression value = expressions.parseTuple(true);
                    stream.expect(Kind.VARIABLE_END, "'}}'");
                    statements.add(new Statement.Output(token.line(), value));
                }
                case BLOCK_BEGIN -> {
                    stream.next();
                    Token name = stream.current();
                    if (name.kind() == Kind.NAME && ends.contains(name.text())) {
                        stream.leave();
                        return statements;
                    }
                    statements.add(tag(stream.expect(Kind.NAME, "the name of a tag")));
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw stream.error("a block is never closed: expected " + ends);
                    }
                    stream.leave();
                    return statements;
                }
            }
        }
    }

    private Statement tag(Token name) {
        int line = name.line();
        return switch (name.text()) {
            case "if" -> ifTag(line);
            case "for" -> forTag(line);
            case "set" -> setTag(line);
            case "macro" -> macroTag(line);
            case "call" -> callTag(line);
            case "filter" -> filterTag(line);
            case "with" -> withTag(line);
            case "generation" -> {
                endOfTag();
                yield new Statement.Generation(line, block("endgeneration"));
            }
            case "break" -> {
                requireLoop("break");
                yield new Statement.Break(line);
            }
            case "continue" -> {
                requireLoop("continue");
                yield new Statement.Continue(line);
            }
            default ->
                throw new JinjaException("the tag '" + name.text() + "' is not known or not allowed in chat templates")
                        .atLine(line);
        };
    }

    private void requireLoop(String tag) {
        if (loops == 0) {
            throw stream.error("'" + tag + "' stands outside of a loop");
        }
        endOfTag();
    }

    private void endOfTag() {
        stream.expect(Kind.BLOCK_END, "'%}'");
    }

    private List<Statement> block(String end) {
        List<Statement> body = body(Set.of(end));
        stream.expectName(end);
        endOfTag();
        return body;
    }

    private Statement ifTag(int line) {
        List<Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        do {
            Expression condition = expressions.parseTuple(true);
            endOfTag();
            branches.add(new Branch(condition, body(Set.of("elif", "else", "endif"))));
        } while (stream.skipName("elif"));
        if (stream.skipName("else")) {
            endOfTag();
            otherwise = body(Set.of("endif"));
        }
        stream.expectName("endif");
        endOfTag();
        return new Statement.If(line, branches, otherwise);
    }

    private Statement forTag(int line) {
        Target target = target(false);
        stream.expectName("in");
        Expression items = expressions.parseTuple(false);
        Optional<Expression> condition = stream.skipName("if") ? Optional.of(expressions.parse()) : Optional.empty();
        boolean recursive = stream.skipName("recursive");
        endOfTag();
        loops++;
        List<Statement> body = body(Set.of("else", "endfor"));
        loops--;
        List<Statement> otherwise = List.of();
        if (stream.skipName("else")) {
            endOfTag();
            otherwise = body(Set.of("endfor"));
        }
        stream.expectName("endfor");
        endOfTag();
        return new Statement.For(line, target, items, condition, recursive, body, otherwise);
    }

    private Statement setTag(int line) {
        Target target = target(true);
        if (stream.skipOperator("=")) {
            Expression value = expressions.parseTuple(true);
            endOfTag();
            return new Statement.Set(line, target, value);
        }
        Optional<Expression> filters = Optional.empty();
        if (stream.current().isOperator("|")) {
            filters = Optional.of(expressions.filtersAndTests(new Expression.Name(Statement.BODY)));
        }
        endOfTag();
        return new Statement.SetBlock(line, target, filters, block("endset"));
    }

    private Target target(boolean namespaces) {
        Target first = singleTarget(namespaces);
        if (!stream.current().isOperator(",")) {
            return first;
        }
        List<Target> targets = new ArrayList<>(List.of(first));
        while (stream.skipOperator(",")
                && stream.current().kind() == Kind.NAME
                && !stream.current().isName("in")) {
            targets.add(singleTarget(namespaces));
        }
        return new Target.Unpack(targets);
    }

    private Target singleTarget(boolean namespaces) {
        if (stream.skipOperator("(")) {
            stream.enter();
            Target inner = target(namespaces);
            stream.leave();
            stream.expectOperator(")");
            return inner;
        }
        String name = variable();
        if (namespaces && stream.skipOperator(".")) {
            return new Target.NamespaceField(
                    name, stream.expect(Kind.NAME, "a field of the namespace").text());
        }
        return new Target.Variable(name);
    }

    private String variable() {
        Token token = stream.expect(Kind.NAME, "the name of a variable");
        if (Set.of("true", "false", "none", "True", "False", "None").contains(token.text())) {
            throw stream.error("'" + token.text() + "' cannot be assigned to");
        }
        return token.text();
    }

    private Statement macroTag(int line) {
        String name = variable();
        List<Parameter> parameters = parameters();
        endOfTag();
        return macro(line, name, parameters, "endmacro");
    }

    private Statement callTag(int line) {
        List<Parameter> parameters = stream.current().isOperator("(") ? parameters() : List.of();
        if (!(expressions.parse() instanceof Expression.Call call)) {
            throw stream.error("'call' needs the call of a macro");
        }
        endOfTag();
        return new Statement.CallBlock(line, call, macro(line, "caller", parameters, "endcall"));
    }

    private List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        stream.expectOperator("(");
        while (!stream.skipOperator(")")) {
            String parameter = variable();
            Optional<Expression> value = stream.skipOperator("=") ? Optional.of(expressions.parse()) : Optional.empty();
            if (value.isEmpty()
                    && !parameters.isEmpty()
                    && parameters.getLast().defaultValue().isPresent()) {
                throw stream.error("the parameter '" + parameter + "' needs a default value, as the one before");
            }
            parameters.add(new Parameter(parameter, value));
            if (!stream.current().isOperator(")")) {
                stream.expectOperator(",");
            }
        }
        return parameters;
    }

    private Statement.Macro macro(int line, String name, List<Parameter> parameters, String end) {
        Set<String> outerNames = new HashSet<>(expressions.names());
        int outerLoops = loops;
        expressions.names().clear();
        loops = 0;
        List<Statement> body = block(end);
        Set<String> used = new HashSet<>(expressions.names());
        expressions.names().addAll(outerNames);
        loops = outerLoops;
        return new Statement.Macro(
                line,
                name,
                parameters,
                used.contains("varargs"),
                used.contains("kwargs"),
                used.contains("caller"),
                body);
    }

    private Statement filterTag(int line) {
        Expression.Filter filter = expressions.filter(new Expression.Name(Statement.BODY));
        while (stream.current().isOperator("|")) {
            filter = expressions.filter(filter);
        }
        endOfTag();
        return new Statement.FilterBlock(line, filter, block("endfilter"));
    }

    private Statement withTag(int line) {
        List<Statement.Set> bindings = new ArrayList<>();
        while (stream.current().kind() != Kind.BLOCK_END) {
            Target target = singleTarget(false);
            stream.expectOperator("=");
            bindings.add(new Statement.Set(line, target, expressions.parse()));
            if (stream.current().kind() != Kind.BLOCK_END) {
                stream.expectOperator(",");
            }
        }
        endOfTag();
        return new Statement.With(line, bindings, block("endwith"));
    }
}
