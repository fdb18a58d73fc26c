package io.hearth.engine.model;

import java.util.Locale;

/**
 * Reads the rotary settings: {@code rope_theta} with {@code rope_scaling} (transformers 4, where the rule is called
 * {@code type} or {@code rope_type}), or both inside {@code rope_parameters} (transformers 5).
 */
final class RopeConfigReader {
    /** The reference's base where a file names none. */
    private static final double DEFAULT_THETA = 10_000;

    private RopeConfigReader() {}

    static RopeConfig read(ConfigFields config) {
        ConfigFields older = config.object("rope_scaling");
        ConfigFields newer = config.object("rope_parameters");
        if (newer.hasNestedObject()) {
            throw config.fault("rope_parameters that differ between kinds of layers are not supported.");
        }
        double theta = theta(config, older, newer);
        if (newer.isEmpty()) {
            return scaled(older, theta);
        }
        RopeConfig rope = scaled(newer, theta);
        if (!older.isEmpty() && !scaled(older, theta).equals(rope)) {
            throw config.fault("rope_parameters and rope_scaling contradict each other. Remove the wrong one.");
        }
        return rope;
    }

    private static double theta(ConfigFields config, ConfigFields older, ConfigFields newer) {
        ConfigFields nested = newer.isSet("rope_theta") ? newer : older;
        if (!nested.isSet("rope_theta")) {
            return config.positiveOr("rope_theta", DEFAULT_THETA);
        }
        double theta = nested.requiredPositive("rope_theta");
        if (config.positiveOr("rope_theta", theta) != theta) {
            throw config.fault("rope_theta is given twice, with different values.");
        }
        return theta;
    }

    private static RopeConfig scaled(ConfigFields scaling, double theta) {
        requireWholeHead(scaling);
        String type = scaling.textOr("rope_type", scaling.textOr("type", "default"));
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "default" -> RopeConfig.unscaled(theta);
            case "linear" -> RopeConfig.linear(theta, factor(scaling));
            case "llama3" -> llama3(scaling, theta);
            default ->
                throw scaling.fault(
                        "the rope type '%s' is not supported; supported are default, linear and llama3.", type);
        };
    }

    private static RopeConfig llama3(ConfigFields scaling, double theta) {
        double low = scaling.requiredPositive("low_freq_factor");
        double high = scaling.requiredPositive("high_freq_factor");
        if (high <= low) {
            throw scaling.fault("high_freq_factor (%s) must be larger than low_freq_factor (%s).", high, low);
        }
        int original = scaling.requiredInt("original_max_position_embeddings", ModelConfigReader.MAX_POSITIONS);
        return RopeConfig.llama3(theta, factor(scaling), low, high, original);
    }

    private static double factor(ConfigFields scaling) {
        double factor = scaling.requiredPositive("factor");
        if (factor < 1) {
            throw scaling.fault("the rope factor is %s; it must be at least 1.", factor);
        }
        return factor;
    }

    /** Refuses rotation of only a part of each head. */
    static void requireWholeHead(ConfigFields fields) {
        if (fields.positiveOr("partial_rotary_factor", 1) != 1) {
            throw fields.fault(
                    "partial_rotary_factor %s is not supported; only whole heads are rotated.",
                    fields.shown("partial_rotary_factor"));
        }
    }
}
