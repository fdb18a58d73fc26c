package io.hearth.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluated arguments of a call, and their checked access by position or name. */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(java.util.Arrays.asList(positional), Map.of());
    }

    /** Binds the arguments to parameter names; parameters that were not given are absent from the result. */
    Map<String, Object> bind(String function, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new JinjaException(
                    function + " takes at most " + parameters.length + " arguments, got " + positional.size());
        }
        Map<String, Object> bound = new LinkedHashMap<>();
        for (int i = 0; i < positional.size(); i++) {
            bound.put(parameters[i], positional.get(i));
        }
        named.forEach((name, value) -> {
            if (!List.of(parameters).contains(name)) {
                throw new JinjaException(function + " has no parameter '" + name + "'");
            }
            if (bound.containsKey(name)) {
                throw new JinjaException(function + " got the parameter '" + name + "' twice");
            }
            bound.put(name, value);
        });
        return bound;
    }

    /** The arguments of a function that takes exactly these parameters. */
    Map<String, Object> bindAll(String function, String... parameters) {
        Map<String, Object> bound = bind(function, parameters);
        for (String parameter : parameters) {
            if (!bound.containsKey(parameter)) {
                throw new JinjaException(function + " needs the parameter '" + parameter + "'");
            }
        }
        return bound;
    }
}
