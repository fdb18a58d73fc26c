package io.hearth.engine.train;

/**
 * What a checkpoint remembers beside weights and moments. The place in the data and the state of every random generator
 * follow from the step and the recipe's seed.
 *
 * @param format of this file
 * @param fingerprint of everything that decides the result: recipe, rows, base; another job's checkpoint is not resumed
 * @param step optimiser steps done
 * @param tokens tokens seen
 * @param elements length of the parameter arena
 * @param weightsSha256 hash of the file beside this one
 * @param guard memory of the divergence guard
 * @param firstLoss evaluation loss before the first step, or null if nothing is held out
 * @param lastLoss loss of the last evaluation, or null
 * @param bestLoss lowest evaluation loss, or null before the first evaluation
 * @param bestStep step of that evaluation
 * @param evaluationsWithoutGain evaluations since
 * @param lastEvaluatedStep step of the last evaluation
 */
record TrainingState(
        int format,
        String fingerprint,
        int step,
        long tokens,
        long elements,
        String weightsSha256,
        DivergenceGuard.State guard,
        Double firstLoss,
        Double lastLoss,
        Double bestLoss,
        int bestStep,
        int evaluationsWithoutGain,
        int lastEvaluatedStep) {
    static final int FORMAT = 1;

    /** The beginning of a run. */
    static TrainingState start(String fingerprint) {
        return new TrainingState(FORMAT, fingerprint, 0, 0, 0, null, null, null, null, null, 0, 0, -1);
    }

    TrainingState afterStep(int newStep, long newTokens, DivergenceGuard.State newGuard) {
        return new TrainingState(
                FORMAT,
                fingerprint,
                newStep,
                newTokens,
                elements,
                weightsSha256,
                newGuard,
                firstLoss,
                lastLoss,
                bestLoss,
                bestStep,
                evaluationsWithoutGain,
                lastEvaluatedStep);
    }

    /** With an evaluation at the present step taken into account. */
    TrainingState afterEvaluation(double loss) {
        boolean better = bestLoss == null || loss < bestLoss;
        return new TrainingState(
                FORMAT,
                fingerprint,
                step,
                tokens,
                elements,
                weightsSha256,
                guard,
                firstLoss == null ? (Double) loss : firstLoss,
                loss,
                better ? (Double) loss : bestLoss,
                better ? step : bestStep,
                better ? 0 : evaluationsWithoutGain + 1,
                step);
    }

    TrainingState stored(long newElements, String sha256) {
        return new TrainingState(
                FORMAT,
                fingerprint,
                step,
                tokens,
                newElements,
                sha256,
                guard,
                firstLoss,
                lastLoss,
                bestLoss,
                bestStep,
                evaluationsWithoutGain,
                lastEvaluatedStep);
    }
}
