package io.hearth.text.jinja;

/** A value that a template can call: a macro, a method of a value, or a function of the environment. */
interface Callable {
    Object call(Arguments arguments);
}
