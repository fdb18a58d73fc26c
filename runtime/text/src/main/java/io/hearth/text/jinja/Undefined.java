package io.hearth.text.jinja;

/**
 * What a name, key or attribute that does not exist evaluates to: prints as nothing, is false and empty; anything else
 * asked of it is an error.
 *
 * @param what description for error messages, such as {@code 'x' is undefined}
 */
record Undefined(String what) {
    JinjaException error() {
        return new JinjaException(what);
    }

    static Undefined name(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    static Undefined member(Object target, Object key) {
        String shown = key instanceof String s ? "'" + s + "'" : String.valueOf(key);
        return new Undefined(Values.typeName(target) + " has no " + shown);
    }
}
