/**
 * Whether a folder is a model that Hearth can train and serve, found out without running anything of it: the configuration is of
 * a supported family, every tensor lies within its file and has the shape that the configuration asks for, the tokenizer loads,
 * and nothing is there that could execute. Everything that is wrong is told at once.
 */
package io.hearth.ui.models.check;
