package io.hearth.contract;

/**
 * What a job will need, worked out before it starts.
 *
 * @param memory bytes by category
 * @param freeBytes bytes that the device has free
 * @param fits whether the job fits
 * @param steps optimiser steps
 * @param tokens tokens over the whole run, evaluation not counted
 * @param tokensPerSecond measured by a short calibration on this machine
 * @param seconds expected duration
 * @param advice what to change if it does not fit, else an empty string
 */
public record Plan(
        Memory memory,
        long freeBytes,
        boolean fits,
        int steps,
        long tokens,
        double tokensPerSecond,
        double seconds,
        String advice) {
    /**
     * Bytes by category.
     *
     * @param weights model weights, and adapter weights in the type of activations
     * @param gradients gradients of what is trained
     * @param optimizer master weights and moments
     * @param activations kept from the forward for the backward pass
     * @param workspace scratch of layers and device
     */
    public record Memory(long weights, long gradients, long optimizer, long activations, long workspace) {
        /** Sum of all categories. */
        public long total() {
            return weights + gradients + optimizer + activations + workspace;
        }
    }
}
