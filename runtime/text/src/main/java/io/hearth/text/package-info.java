/**
 * Text in and out of a model: tokenizers, chat templates, rows of datasets.
 *
 * <p>{@link io.hearth.text.Tokenizer} reads a checkpoint's tokenizer; {@link io.hearth.text.ChatRenderer} turns a
 * conversation into tokens, for training, serving and previews alike; {@link io.hearth.text.IncrementalDecoder} turns
 * generated tokens into text without ever showing half a character. Everything that a person can mend is a
 * {@link io.hearth.text.TextException} with a sentence that says how.
 */
package io.hearth.text;
