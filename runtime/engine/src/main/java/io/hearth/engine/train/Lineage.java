package io.hearth.engine.train;

import io.hearth.contract.Recipe;
import java.util.Map;

/**
 * What a result was made of; written beside it as {@code lineage.json}.
 *
 * @param job id of the job
 * @param datasetSha256 hash of the training rows, or the dataset version's hash that the job named
 * @param evaluationSha256 hash of the held-out rows, or null
 * @param rows training rows used
 * @param heldOutRows held-out rows used
 * @param skippedRows bad rows left out by the user's choice
 * @param baseSha256 hash of the base model
 * @param startedFromSha256 hash of the adapter that training went on from, or null
 * @param recipe every setting, with defaults filled in
 * @param steps optimiser steps done
 * @param tokens tokens seen in training
 * @param device card and its software
 * @param software version of Hearth
 * @param metrics final figures
 * @param weightsSha256 hash of the weights file beside this one
 */
public record Lineage(
        String job,
        String datasetSha256,
        String evaluationSha256,
        int rows,
        int heldOutRows,
        int skippedRows,
        String baseSha256,
        String startedFromSha256,
        Recipe recipe,
        int steps,
        long tokens,
        String device,
        String software,
        Map<String, Double> metrics,
        String weightsSha256) {}
