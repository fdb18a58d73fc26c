/**
 * A small, bounded evaluator of the Jinja dialect in which chat templates are published.
 *
 * <p>{@link io.hearth.text.jinja.Template} is the way in. Text becomes tokens (Lexer), tokens become a tree
 * (TemplateParser, ExpressionParser), and the tree is walked (Interpreter for statements, Evaluator for expressions).
 * Values behave as in Python: code points, negative indices, floor division, {@code repr}. A template reaches nothing
 * but its variables, and a Budget ends one that runs, writes or nests too much.
 */
package io.hearth.text.jinja;
