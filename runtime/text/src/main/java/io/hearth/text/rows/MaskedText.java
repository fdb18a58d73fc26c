package io.hearth.text.rows;

import io.hearth.text.jinja.Template.Span;
import java.util.List;

/**
 * Rendered text and the ranges of it that are learnt.
 *
 * @param text as the template wrote it
 * @param trained ranges in order, without overlap
 * @param endsTurn false where the last range has no end-of-turn token of its own, so that one has to be added
 */
record MaskedText(String text, List<Span> trained, boolean endsTurn) {}
