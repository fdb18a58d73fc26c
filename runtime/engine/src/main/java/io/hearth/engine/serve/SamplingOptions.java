package io.hearth.engine.serve;

/**
 * How the next token is drawn from the model's probabilities.
 *
 * @param temperature logits are divided by it; 0 takes the likeliest token
 * @param topP only the smallest set of tokens with this probability is drawn from; 1 = all
 * @param topK only this many of the likeliest tokens are drawn from; 0 = all
 * @param minP only tokens at least this many times as likely as the likeliest are drawn from; 0 = all
 * @param seed start of the random numbers; the same seed gives the same draws, whatever else is in the batch
 */
public record SamplingOptions(float temperature, float topP, int topK, float minP, long seed) {
    /** Always the likeliest token. */
    public static final SamplingOptions GREEDY = new SamplingOptions(0, 1, 0, 0, 0);

    public SamplingOptions {
        if (!(temperature >= 0) || Float.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be 0 or more, not " + temperature);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p must be above 0 and at most 1, not " + topP);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top_k must be 0 (all tokens) or more, not " + topK);
        }
        if (!(minP >= 0 && minP < 1)) {
            throw new IllegalArgumentException("min_p must be at least 0 and below 1, not " + minP);
        }
    }

    /**
     * The random number for a position, in [0, 1): a function of seed and position only, so that it does not depend on
     * the batch and survives preemption. The bits are those of SplitMix64 (Steele, Lea and Flood 2014) at counter {@code
     * position}, its first 24.
     *
     * @param position number of tokens before the one that is drawn
     */
    public float uniform(int position) {
        long z = mix(seed) + (position + 1L) * 0x9E3779B97F4A7C15L;
        return (mix(z) >>> 40) * 0x1.0p-24f;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
