package io.hearth.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** The operators of expressions, on Python's terms. */
final class Operators {
    private final Budget budget;
    private final Values values;
    private final PercentFormat format;

    Operators(Budget budget, Values values) {
        this.budget = budget;
        this.values = values;
        this.format = new PercentFormat(budget, values);
    }

    Object apply(String operator, Object left, Object right) {
        requireDefined(left);
        requireDefined(right);
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.arithmetic(operator, left, right);
        }
        return switch (operator) {
            case "+" -> add(left, right);
            case "*" -> repeat(left, right);
            case "%" -> {
                if (left instanceof String template) {
                    yield format.format(template, right);
                }
                throw unsupported(operator, left, right);
            }
            default -> throw unsupported(operator, left, right);
        };
    }

    Object sign(String operator, Object operand) {
        requireDefined(operand);
        if (!Numbers.isNumber(operand)) {
            throw new JinjaException("'" + operator + "' needs a number, got " + Values.typeName(operand));
        }
        if (operand instanceof Double d) {
            return operator.equals("-") ? -d : d;
        }
        return Numbers.arithmetic(operator, 0L, operand);
    }

    boolean holds(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> values.equal(left, right);
            case "!=" -> !values.equal(left, right);
            case "in" -> values.contains(right, left);
            case "not in" -> !values.contains(right, left);
            case "<" -> values.compare(left, right) < 0;
            case "<=" -> values.compare(left, right) <= 0;
            case ">" -> values.compare(left, right) > 0;
            case ">=" -> values.compare(left, right) >= 0;
            default -> throw new IllegalStateException(operator);
        };
    }

    Object slice(Object target, Object start, Object stop, Object step) {
        return switch (target) {
            case String s -> {
                budget.characters(s.length());
                yield PythonText.slice(s, start, stop, step);
            }
            case List<?> list -> {
                budget.steps(list.size());
                List<Object> part = new ArrayList<>();
                PythonText.sliceInto(list, PythonText.slice(list.size(), start, stop, step), part);
                yield list instanceof Tuple ? Tuple.copyOf(part) : part;
            }
            case Undefined undefined -> throw undefined.error();
            case null, default -> throw new JinjaException(Values.typeName(target) + " cannot be sliced");
        };
    }

    private Object add(Object left, Object right) {
        if (left instanceof String a && right instanceof String b) {
            budget.characters((long) a.length() + b.length());
            return a + b;
        }
        if (left instanceof List<?> a
                && right instanceof List<?> b
                && (left instanceof Tuple) == (right instanceof Tuple)) {
            budget.steps((long) a.size() + b.size());
            List<Object> sum = new ArrayList<>(a);
            sum.addAll(b);
            return left instanceof Tuple ? Tuple.copyOf(sum) : sum;
        }
        throw unsupported("+", left, right);
    }

    private Object repeat(Object left, Object right) {
        Object sequence = Numbers.isInteger(left) ? right : left;
        Object times = sequence == left ? right : left;
        if (!Numbers.isInteger(times)) {
            throw unsupported("*", left, right);
        }
        int count = Math.max(0, Numbers.index(times, "the number of repetitions"));
        if (sequence instanceof String s) {
            budget.characters((long) s.length() * count);
            return s.repeat(count);
        }
        if (sequence instanceof List<?> list) {
            budget.steps((long) list.size() * count);
            List<Object> repeated = new ArrayList<>(list.size() * count);
            for (int i = 0; i < count && !list.isEmpty(); i++) {
                repeated.addAll(list);
            }
            return sequence instanceof Tuple ? Tuple.copyOf(repeated) : repeated;
        }
        throw unsupported("*", left, right);
    }

    private static void requireDefined(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
    }

    private static JinjaException unsupported(String operator, Object left, Object right) {
        return new JinjaException(
                "'" + operator + "' cannot be applied to " + Values.typeName(left) + " and " + Values.typeName(right));
    }

    PercentFormat format() {
        return format;
    }
}
