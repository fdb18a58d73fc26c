package io.hearth.engine.model;

/**
 * Rotary position embedding: how fast each pair of a head's dimensions turns with the position.
 *
 * @param type                          the scaling rule
 * @param theta                         the base, {@code rope_theta}
 * @param factor                        how far the context is stretched; 1 for {@link Type#DEFAULT}
 * @param lowFreqFactor                 {@link Type#LLAMA3} only, else 0
 * @param highFreqFactor                {@link Type#LLAMA3} only, else 0
 * @param originalMaxPositionEmbeddings context length before stretching; {@link Type#LLAMA3} only, else 0
 */
public record RopeConfig(
        Type type,
        double theta,
        double factor,
        double lowFreqFactor,
        double highFreqFactor,
        int originalMaxPositionEmbeddings) {

    /** The scaling rules that are supported, by the names that {@code rope_type} gives them in lower case. */
    public enum Type {
        DEFAULT,
        LINEAR,
        LLAMA3
    }

    /** Unscaled rotary embedding. */
    public static RopeConfig unscaled(double theta) {
        return new RopeConfig(Type.DEFAULT, theta, 1, 0, 0, 0);
    }

    /** Positions divided by {@code factor}. */
    public static RopeConfig linear(double theta, double factor) {
        return new RopeConfig(Type.LINEAR, theta, factor, 0, 0, 0);
    }

    /** Llama 3.1's rule: long wavelengths stretched by {@code factor}, short ones kept, a ramp in between. */
    public static RopeConfig llama3(
            double theta, double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositions) {
        return new RopeConfig(Type.LLAMA3, theta, factor, lowFreqFactor, highFreqFactor, originalMaxPositions);
    }

    /**
     * Radians per position of each pair of dimensions: entry i belongs to dimensions i and i + headDim/2.
     *
     * <p>The formulas are those of transformers' {@code modeling_rope_utils}, with its roundings to float32, so that
     * the values agree with the ones a model was trained with.
     *
     * @param headDim an even number of dimensions per head
     * @return headDim / 2 values, largest first
     */
    public double[] inverseFrequencies(int headDim) {
        if (headDim <= 0 || headDim % 2 != 0) {
            throw new IllegalArgumentException("head dimension must be even and positive: " + headDim);
        }
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / headDim;
            float unscaled = 1f / (float) Math.pow((float) theta, exponent);
            frequencies[i] = switch (type) {
                case DEFAULT -> unscaled;
                case LINEAR -> unscaled / (float) factor;
                case LLAMA3 -> llama3(unscaled);
            };
        }
        return frequencies;
    }

    private float llama3(float frequency) {
        float wavelength = (float) (2 * Math.PI) / frequency;
        float longest = (float) (originalMaxPositionEmbeddings / lowFreqFactor);
        float shortest = (float) (originalMaxPositionEmbeddings / highFreqFactor);
        if (wavelength > longest) {
            return frequency / (float) factor;
        }
        if (wavelength < shortest) {
            return frequency;
        }
        float kept = (originalMaxPositionEmbeddings / wavelength - (float) lowFreqFactor)
                / (float) (highFreqFactor - lowFreqFactor);
        return (1 - kept) * frequency / (float) factor + kept * frequency;
    }
}
