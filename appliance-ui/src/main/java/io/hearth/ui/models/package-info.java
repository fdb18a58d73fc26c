/**
 * The registry of models: versions that never change, aliases that point to them, what they were made of, and how they come in
 * and go out.
 *
 * <p>{@link io.hearth.ui.models.ModelRegistry} keeps the rows and is what other features use. {@link
 * io.hearth.ui.models.ModelService} is what people do with models. {@code importing} below it takes models in, checked file by
 * file.
 */
package io.hearth.ui.models;
