package io.hearth.ui.models;

import java.util.List;

/**
 * A model with its versions.
 *
 * @param model the model
 * @param versions its versions, the newest first
 * @param aliases its aliases
 */
public record ModelDetail(Model model, List<ModelVersion> versions, List<Alias> aliases) {}
