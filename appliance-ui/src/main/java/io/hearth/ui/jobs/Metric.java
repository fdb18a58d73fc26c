package io.hearth.ui.jobs;

/**
 * A point of a job's charts.
 *
 * @param step optimiser steps done
 * @param time milliseconds since 1970
 * @param epoch passes over the rows, or null
 * @param loss loss
 * @param learningRate rate, or null for an evaluation
 * @param gradNorm norm of the gradient, or null for an evaluation
 * @param tokens tokens of the step
 * @param tokensPerSecond rate, or null for an evaluation
 */
public record Metric(
        int step,
        long time,
        Double epoch,
        Double loss,
        Double learningRate,
        Double gradNorm,
        Long tokens,
        Double tokensPerSecond) {}
