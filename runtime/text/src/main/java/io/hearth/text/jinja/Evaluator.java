package io.hearth.text.jinja;

import io.hearth.text.jinja.Expression.CallArguments;
import io.hearth.text.jinja.Expression.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluates expressions. */
final class Evaluator {
    private final Budget budget;
    private final Values values;
    private final Members members;
    private final Operators operators;
    private final Filters filters;
    private final Tests tests;

    Evaluator(Budget budget, Values values) {
        this.budget = budget;
        this.values = values;
        this.members = new Members(budget, values);
        this.operators = new Operators(budget, values);
        this.tests = new Tests(values);
        this.filters = new Filters(budget, values, members, tests, operators);
    }

    Object evaluate(Expression expression, Scope scope) {
        budget.step();
        budget.enter();
        Object value = switch (expression) {
            case Expression.Constant(Object constant) -> constant;
            case Expression.Name(String name) -> scope.get(name);
            case Expression.ListLiteral(List<Expression> items) -> all(items, scope);
            case Expression.TupleLiteral(List<Expression> items) -> Tuple.copyOf(all(items, scope));
            case Expression.DictLiteral dict -> dict(dict, scope);
            case Expression.Unary unary -> unary(unary, scope);
            case Expression.Binary binary -> binary(binary, scope);
            case Expression.Concatenation(List<Expression> parts) -> concatenation(parts, scope);
            case Expression.Comparison comparison -> comparison(comparison, scope);
            case Expression.Conditional conditional -> conditional(conditional, scope);
            case Expression.Attribute(Expression target, String name) ->
                members.attribute(evaluate(target, scope), name);
            case Expression.Item(Expression target, Expression key) ->
                members.item(evaluate(target, scope), evaluate(key, scope));
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call(Expression target, CallArguments arguments) ->
                call(evaluate(target, scope), arguments(arguments, scope));
            case Expression.Filter(Expression target, String name, CallArguments arguments) ->
                filters.apply(name, evaluate(target, scope), arguments(arguments, scope));
            case Expression.Test(Expression target, String name, CallArguments arguments) ->
                tests.holds(name, evaluate(target, scope), arguments(arguments, scope));
        };
        budget.leave();
        return value;
    }

    Object call(Object target, Arguments arguments) {
        return switch (target) {
            case Callable callable -> callable.call(arguments);
            case Undefined undefined -> throw undefined.error();
            case null, default -> throw new JinjaException(Values.typeName(target) + " cannot be called");
        };
    }

    Arguments arguments(CallArguments arguments, Scope scope) {
        if (arguments == CallArguments.NONE) {
            return Arguments.NONE;
        }
        List<Object> positional = all(arguments.positional(), scope);
        arguments.spreadPositional().ifPresent(spread -> positional.addAll(values.iterate(evaluate(spread, scope))));
        Map<String, Object> named = new LinkedHashMap<>();
        arguments.named().forEach(argument -> put(named, argument.name(), evaluate(argument.value(), scope)));
        arguments.spreadNamed().ifPresent(spread -> {
            if (!(evaluate(spread, scope) instanceof Map<?, ?> map)) {
                throw new JinjaException("only a mapping can be passed as '**'");
            }
            map.forEach((key, value) -> put(named, values.string(key), value));
        });
        return new Arguments(positional, named);
    }

    private static void put(Map<String, Object> named, String name, Object value) {
        if (named.containsKey(name)) {
            throw new JinjaException("the parameter '" + name + "' is given twice");
        }
        named.put(name, value);
    }

    private List<Object> all(List<Expression> items, Scope scope) {
        List<Object> list = new ArrayList<>(items.size());
        items.forEach(item -> list.add(evaluate(item, scope)));
        return list;
    }

    private Object dict(Expression.DictLiteral dict, Scope scope) {
        Map<Object, Object> map = new LinkedHashMap<>();
        dict.items().forEach(pair -> {
            Object key = Values.key(evaluate(pair.key(), scope));
            map.put(key, evaluate(pair.value(), scope));
        });
        return map;
    }

    private Object unary(Expression.Unary unary, Scope scope) {
        Object operand = evaluate(unary.operand(), scope);
        return unary.operator().equals("not") ? !Values.isTrue(operand) : operators.sign(unary.operator(), operand);
    }

    private Object binary(Expression.Binary binary, Scope scope) {
        Object left = evaluate(binary.left(), scope);
        return switch (binary.operator()) {
            case "and" -> Values.isTrue(left) ? evaluate(binary.right(), scope) : left;
            case "or" -> Values.isTrue(left) ? left : evaluate(binary.right(), scope);
            default -> operators.apply(binary.operator(), left, evaluate(binary.right(), scope));
        };
    }

    private Object concatenation(List<Expression> parts, Scope scope) {
        StringBuilder out = new StringBuilder();
        for (Expression part : parts) {
            String text = values.string(evaluate(part, scope));
            budget.characters(text.length());
            out.append(text);
        }
        return out.toString();
    }

    private Object comparison(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (Step step : comparison.steps()) {
            Object right = evaluate(step.right(), scope);
            if (!operators.holds(step.operator(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object conditional(Expression.Conditional conditional, Scope scope) {
        if (Values.isTrue(evaluate(conditional.condition(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        return conditional.otherwise().isPresent()
                ? evaluate(conditional.otherwise().get(), scope)
                : new Undefined("the inline if has no else and its condition is false");
    }

    private Object slice(Expression.Slice slice, Scope scope) {
        Object target = evaluate(slice.target(), scope);
        Object start = slice.start().map(e -> evaluate(e, scope)).orElse(null);
        Object stop = slice.stop().map(e -> evaluate(e, scope)).orElse(null);
        Object step = slice.step().map(e -> evaluate(e, scope)).orElse(null);
        return operators.slice(target, start, stop, step);
    }
}
