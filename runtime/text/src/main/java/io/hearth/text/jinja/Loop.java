package io.hearth.text.jinja;

import java.util.List;

/** The variable {@code loop} of one iteration. */
final class Loop implements Callable {
    private final List<Object> items;
    private final int depth;
    private final Values values;
    private final Callable recursion;
    private int index;
    private Object changed;
    private boolean asked;

    /** @param recursion what {@code loop(items)} does, or null where the loop is not recursive */
    Loop(List<Object> items, int depth, Values values, Callable recursion) {
        this.items = items;
        this.depth = depth;
        this.values = values;
        this.recursion = recursion;
    }

    void at(int index) {
        this.index = index;
    }

    int depth() {
        return depth;
    }

    @Override
    public Object call(Arguments arguments) {
        if (recursion == null) {
            throw new JinjaException("'loop' can only be called in a loop marked as recursive");
        }
        return recursion.call(arguments);
    }

    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "length" -> (long) items.size();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" -> index + 1 < items.size() ? items.get(index + 1) : new Undefined("there is no next item");
            case "cycle" -> (Callable) this::cycle;
            case "changed" -> (Callable) this::changed;
            default -> new Undefined("'loop' has no '" + name + "'");
        };
    }

    private Object cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new JinjaException("'cycle' needs at least one value");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private Object changed(Arguments arguments) {
        Object now = Tuple.copyOf(arguments.positional());
        boolean different = !asked || !values.equal(changed, now);
        changed = now;
        asked = true;
        return different;
    }
}
