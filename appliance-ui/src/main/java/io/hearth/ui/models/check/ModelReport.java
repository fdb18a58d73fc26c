package io.hearth.ui.models.check;

import java.util.List;

/**
 * The outcome of a check.
 *
 * @param problems why the model cannot be used; empty if it can
 * @param remarks what a person should know
 * @param facts what the model is, or null if there are problems
 */
public record ModelReport(List<Finding> problems, List<Finding> remarks, ModelFacts facts) {}
