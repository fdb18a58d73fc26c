package io.hearth.contract;

import java.util.List;

/**
 * How to train. Every component may be null in a file; {@link #withDefaults} fills in.
 *
 * @param method {@code lora} (default) or {@code full}
 * @param objective {@code sft} (default): the loss counts the answers; {@code next-token}: it counts every token
 * @param loraRank rank of the adapter; default 16
 * @param loraAlpha scale of the adapter times its rank; default twice the rank
 * @param loraDropout probability in [0, 1) of dropping an input of the adapter; default 0
 * @param targetModules projections that get an adapter, as PEFT names them; default all seven
 * @param epochs passes over the rows; default 3; ignored if {@code maxSteps} is given
 * @param maxSteps optimiser steps, or null to go by epochs
 * @param maxLength longest row in tokens; default 1024 or the model's context if that is shorter
 * @param packing true (default): rows stand one after the other in a batch without padding; false: rows are padded to the
 *     longest of the batch
 * @param batchTokens tokens in one micro-batch, padding included; default 2048
 * @param gradientAccumulation micro-batches in one optimiser step; default 1
 * @param learningRate peak learning rate; default 2e-4 for LoRA, 2e-5 for full
 * @param schedule {@code cosine} (default), {@code linear} or {@code constant}
 * @param warmupSteps steps from 0 to the peak; default 3 % of all
 * @param minLearningRate learning rate at the end as a share of the peak; default 0
 * @param decayFraction share of the steps, at the end, over which the rate falls; default 1 (from the warm-up on)
 * @param beta1 default 0.9
 * @param beta2 default 0.999
 * @param eps default 1e-8
 * @param weightDecay default 0 for LoRA, 0.01 for full; norms and biases are never decayed
 * @param maxGradNorm gradients are scaled down to this norm; 0 = never; default 1
 * @param promptLossWeight weight of the tokens that are not answers, for {@code sft}; default 0
 * @param seed default 42
 * @param dtype type of activations and frozen weights: {@code f32} or {@code bf16}; default bf16 where the device has it
 * @param recompute true: activations inside a block are made again in the backward pass; default false
 * @param evaluateEvery steps between evaluations; default 0: at the end only
 * @param earlyStoppingPatience evaluations without a better loss before the job stops; default 0: never
 * @param checkpointEvery steps between checkpoints; default 100; 0 = only when stopped and at the end
 * @param keepCheckpoints checkpoints kept; default 2
 * @param divergenceFactor the job stops if the smoothed loss is worse than at the start and this many times the lowest it was; default 2; 0 = never
 * @param mergeOutput LoRA only: also write the merged model; default false
 */
public record Recipe(
        String method,
        String objective,
        Integer loraRank,
        Double loraAlpha,
        Double loraDropout,
        List<String> targetModules,
        Double epochs,
        Integer maxSteps,
        Integer maxLength,
        Boolean packing,
        Integer batchTokens,
        Integer gradientAccumulation,
        Double learningRate,
        String schedule,
        Integer warmupSteps,
        Double minLearningRate,
        Double decayFraction,
        Double beta1,
        Double beta2,
        Double eps,
        Double weightDecay,
        Double maxGradNorm,
        Double promptLossWeight,
        Long seed,
        String dtype,
        Boolean recompute,
        Integer evaluateEvery,
        Integer earlyStoppingPatience,
        Integer checkpointEvery,
        Integer keepCheckpoints,
        Double divergenceFactor,
        Boolean mergeOutput) {

    /** The projections of a decoder layer, as PEFT names them. */
    public static final List<String> ALL_LINEAR =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    /** A recipe in which nothing is said. */
    public static Recipe empty() {
        return new Recipe(
                null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /**
     * The same with defaults in place of nulls, except {@code maxSteps}, {@code maxLength}, {@code warmupSteps} and {@code
     * dtype}, which depend on the rows, the model and the device.
     */
    public Recipe withDefaults() {
        boolean full = "full".equals(method);
        int rank = or(loraRank, 16);
        return new Recipe(
                or(method, "lora"),
                or(objective, "sft"),
                rank,
                or(loraAlpha, 2.0 * rank),
                or(loraDropout, 0.0),
                or(targetModules, ALL_LINEAR),
                or(epochs, 3.0),
                maxSteps,
                maxLength,
                or(packing, true),
                or(batchTokens, 2048),
                or(gradientAccumulation, 1),
                or(learningRate, full ? 2e-5 : 2e-4),
                or(schedule, "cosine"),
                warmupSteps,
                or(minLearningRate, 0.0),
                or(decayFraction, 1.0),
                or(beta1, 0.9),
                or(beta2, 0.999),
                or(eps, 1e-8),
                or(weightDecay, full ? 0.01 : 0.0),
                or(maxGradNorm, 1.0),
                or(promptLossWeight, 0.0),
                or(seed, 42L),
                dtype,
                or(recompute, false),
                or(evaluateEvery, 0),
                or(earlyStoppingPatience, 0),
                or(checkpointEvery, 100),
                or(keepCheckpoints, 2),
                or(divergenceFactor, 2.0),
                or(mergeOutput, false));
    }

    private static <T> T or(T value, T fallback) {
        return value == null ? fallback : value;
    }
}
