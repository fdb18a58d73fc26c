package io.hearth.text.jinja;

import io.hearth.text.jinja.Statement.Branch;
import io.hearth.text.jinja.Statement.Target;
import io.hearth.text.jinja.Template.Rendering;
import io.hearth.text.jinja.Template.Span;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Executes the statements of one rendering. */
final class Interpreter {
    /** How a statement ended. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final Budget budget;
    private final Values values;
    private final Evaluator evaluator;
    private final Scope globals = new Scope(null);
    private final List<Span> generated = new ArrayList<>();
    private final StringBuilder result = new StringBuilder();
    private StringBuilder out = result;
    private boolean generatedElsewhere;

    Interpreter(Limits limits, Clock clock) {
        this.budget = new Budget(limits);
        this.values = new Values(budget);
        this.evaluator = new Evaluator(budget, values);
        Functions.define(globals, clock, budget, values);
    }

    Rendering run(List<Statement> statements, Map<String, Object> variables) {
        Scope scope = new Scope(globals);
        variables.forEach((name, value) -> scope.set(name, Values.adopt(value)));
        execute(statements, new Scope(scope));
        return new Rendering(result.toString(), generatedElsewhere ? List.of() : List.copyOf(generated));
    }

    private Flow execute(List<Statement> statements, Scope scope) {
        for (Statement statement : statements) {
            Flow flow;
            try {
                flow = execute(statement, scope);
            } catch (JinjaException e) {
                throw e.atLine(statement.line());
            }
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow execute(Statement statement, Scope scope) {
        budget.step();
        budget.enter();
        Flow flow = Flow.NEXT;
        switch (statement) {
            case Statement.Text text -> write(text.text());
            case Statement.Output output -> write(values.string(evaluator.evaluate(output.value(), scope)));
            case Statement.If choice -> flow = choose(choice, scope);
            case Statement.For loop -> loop(loop, evaluator.evaluate(loop.items(), scope), scope, 0);
            case Statement.Break b -> flow = Flow.BREAK;
            case Statement.Continue c -> flow = Flow.CONTINUE;
            case Statement.Set set -> assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
            case Statement.SetBlock set -> setBlock(set, scope);
            case Statement.Macro macro -> scope.set(macro.name(), macro(macro, scope));
            case Statement.CallBlock block -> write(values.string(callWithCaller(block, scope)));
            case Statement.FilterBlock block -> {
                Scope inner = new Scope(scope);
                inner.set(Statement.BODY, capture(block.body(), inner));
                write(values.string(evaluator.evaluate(block.filters(), inner)));
            }
            case Statement.With with -> {
                Scope inner = new Scope(scope);
                with.bindings().forEach(set -> assign(set.target(), evaluator.evaluate(set.value(), scope), inner));
                flow = execute(with.body(), inner);
            }
            case Statement.Generation generation -> flow = generate(generation, scope);
        }
        budget.leave();
        return flow;
    }

    private void write(String text) {
        budget.characters(text.length());
        out.append(text);
        budget.output(out.length());
    }

    private Flow choose(Statement.If choice, Scope scope) {
        for (Branch branch : choice.branches()) {
            if (Values.isTrue(evaluator.evaluate(branch.condition(), scope))) {
                return execute(branch.body(), scope);
            }
        }
        return execute(choice.otherwise(), scope);
    }

    private void loop(Statement.For statement, Object iterable, Scope scope, int depth) {
        List<Object> items = filtered(statement, values.iterate(iterable), scope);
        if (items.isEmpty()) {
            execute(statement.otherwise(), new Scope(scope));
            return;
        }
        Callable recursion = statement.recursive()
                ? arguments -> {
                    Object deeper = arguments.bindAll("loop", "items").get("items");
                    return captured(() -> loop(statement, deeper, scope, depth + 1));
                }
                : null;
        Loop loop = new Loop(items, depth, values, recursion);
        for (int i = 0; i < items.size(); i++) {
            budget.step();
            loop.at(i);
            Scope iteration = new Scope(scope);
            iteration.set("loop", loop);
            assign(statement.target(), items.get(i), iteration);
            if (execute(statement.body(), iteration) == Flow.BREAK) {
                return;
            }
        }
    }

    private List<Object> filtered(Statement.For statement, List<Object> items, Scope scope) {
        if (statement.condition().isEmpty()) {
            return items;
        }
        List<Object> kept = new ArrayList<>();
        for (Object item : items) {
            Scope candidate = new Scope(scope);
            assign(statement.target(), item, candidate);
            if (Values.isTrue(evaluator.evaluate(statement.condition().get(), candidate))) {
                kept.add(item);
            }
        }
        return kept;
    }

    private void assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable(String name) -> scope.set(name, value);
            case Target.NamespaceField(String name, String field) -> {
                if (!(scope.get(name) instanceof Namespace namespace)) {
                    throw new JinjaException(
                            "'" + name + "." + field + "' cannot be set: '" + name + "' was not made by namespace()");
                }
                namespace.fields.put(field, value);
            }
            case Target.Unpack(List<Target> targets) -> {
                List<Object> items = values.iterate(value);
                if (items.size() != targets.size()) {
                    throw new JinjaException(
                            items.size() + " values cannot be assigned to " + targets.size() + " names");
                }
                for (int i = 0; i < items.size(); i++) {
                    assign(targets.get(i), items.get(i), scope);
                }
            }
        }
    }

    private void setBlock(Statement.SetBlock set, Scope scope) {
        Scope inner = new Scope(scope);
        Object body = capture(set.body(), inner);
        if (set.filters().isPresent()) {
            inner.set(Statement.BODY, body);
            body = evaluator.evaluate(set.filters().get(), inner);
        }
        assign(set.target(), body, scope);
    }

    private String capture(List<Statement> body, Scope scope) {
        return captured(() -> execute(body, scope));
    }

    private String captured(Runnable writing) {
        StringBuilder outer = out;
        out = new StringBuilder();
        try {
            writing.run();
            return out.toString();
        } finally {
            out = outer;
        }
    }

    private Callable macro(Statement.Macro macro, Scope defined) {
        return arguments -> {
            budget.step();
            budget.enter();
            Scope scope = new Scope(defined);
            bind(macro, arguments, scope);
            String text = capture(macro.body(), scope);
            budget.leave();
            return text;
        };
    }

    private void bind(Statement.Macro macro, Arguments arguments, Scope scope) {
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        List<Object> positional = arguments.positional();
        for (int i = 0; i < macro.parameters().size(); i++) {
            Statement.Parameter parameter = macro.parameters().get(i);
            if (i < positional.size()) {
                scope.set(parameter.name(), positional.get(i));
            } else if (named.containsKey(parameter.name())) {
                scope.set(parameter.name(), named.remove(parameter.name()));
            } else if (parameter.defaultValue().isPresent()) {
                scope.set(
                        parameter.name(),
                        evaluator.evaluate(parameter.defaultValue().get(), scope));
            } else {
                scope.set(parameter.name(), Undefined.name(parameter.name()));
            }
        }
        if (macro.takesCaller()) {
            scope.set("caller", named.containsKey("caller") ? named.remove("caller") : Undefined.name("caller"));
        }
        int extra = Math.max(0, positional.size() - macro.parameters().size());
        if (extra > 0 && !macro.takesMorePositional() || !named.isEmpty() && !macro.takesMoreNamed()) {
            throw new JinjaException("the macro '" + macro.name() + "' was called with arguments it does not take");
        }
        scope.set("varargs", Tuple.copyOf(positional.subList(positional.size() - extra, positional.size())));
        scope.set("kwargs", named);
    }

    private Object callWithCaller(Statement.CallBlock block, Scope scope) {
        Arguments given = evaluator.arguments(block.call().arguments(), scope);
        Map<String, Object> named = new LinkedHashMap<>(given.named());
        named.put("caller", macro(block.caller(), scope));
        Object target = evaluator.evaluate(block.call().target(), scope);
        return evaluator.call(target, new Arguments(given.positional(), named));
    }

    private Flow generate(Statement.Generation generation, Scope scope) {
        int start = out.length();
        boolean direct = out == result;
        Flow flow = execute(generation.body(), new Scope(scope));
        if (direct) {
            generated.add(new Span(start, out.length()));
        } else {
            // Text of a macro or a set block may be changed or moved before it is written.
            generatedElsewhere = true;
        }
        return flow;
    }
}
