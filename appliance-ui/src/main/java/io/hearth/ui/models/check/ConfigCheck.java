package io.hearth.ui.models.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads {@code config.json} by the rules of the engine that will load the model, and tells everything that does not fit them. */
final class ConfigCheck {
    static final String FILE = "config.json";

    private static final List<String> FAMILIES = List.of("llama", "mistral", "qwen2", "qwen3");
    private static final long MAX_BYTES = 16 << 20;
    private static final int MAX_WIDTH = 1 << 20;
    private static final int MAX_LAYERS = 1024;
    private static final int MAX_HEADS = 4096;
    private static final int MAX_POSITIONS = 1 << 28;

    private final ObjectNode config;
    private final List<Finding> problems;

    private ConfigCheck(ObjectNode config, List<Finding> problems) {
        this.config = config;
        this.problems = problems;
    }

    /** The sizes, or null with findings. */
    static ConfigShape read(Path folder, List<Finding> problems) {
        if (!Files.isRegularFile(folder.resolve(FILE))) {
            problems.add(Finding.of(FILE, "models.check.config.none"));
            return null;
        }
        ObjectNode config = JsonFile.read(folder, FILE, MAX_BYTES, problems);
        return config == null ? null : new ConfigCheck(config, problems).shape();
    }

    private ConfigShape shape() {
        int before = problems.size();
        String family = config.path("model_type").asText("");
        if (!FAMILIES.contains(family)) {
            problem("models.check.config.family", family.isEmpty() ? "–" : shown(config.get("model_type")));
        }
        unsupported(family);
        int hidden = number("hidden_size", MAX_WIDTH, 0);
        int layers = number("num_hidden_layers", MAX_LAYERS, 0);
        int heads = number("num_attention_heads", MAX_HEADS, 0);
        int vocabulary = number("vocab_size", 1 << 24, 0);
        int intermediate = number("intermediate_size", MAX_WIDTH, 0);
        int keyValueHeads = number("num_key_value_heads", MAX_HEADS, defaultKeyValueHeads(family, heads));
        int positions = number("max_position_embeddings", MAX_POSITIONS, defaultPositions(family));
        if (heads > 0 && keyValueHeads > 0 && heads % keyValueHeads != 0) {
            problem("models.check.config.divide", "num_attention_heads", heads, "num_key_value_heads", keyValueHeads);
        }
        int headDim = headDim(family, hidden, heads);
        boolean tied = flag("tie_word_embeddings");
        layerTypes(layers);
        if (problems.size() > before) {
            return null;
        }
        return new ConfigShape(
                family, vocabulary, hidden, intermediate, layers, heads, keyValueHeads, headDim, tied, positions);
    }

    private static int defaultKeyValueHeads(String family, int heads) {
        return switch (family) {
            case "mistral" -> 8;
            case "qwen2", "qwen3" -> 32;
            default -> Math.max(1, heads);
        };
    }

    private static int defaultPositions(String family) {
        return switch (family) {
            case "mistral" -> 131_072;
            case "qwen2", "qwen3" -> 32_768;
            default -> 2_048;
        };
    }

    private int headDim(String family, int hidden, int heads) {
        int dim;
        if (config.hasNonNull("head_dim")) {
            dim = number("head_dim", 4096, 0);
        } else if (family.equals("qwen3") && !config.has("head_dim")) {
            dim = 128;
        } else if (hidden > 0 && heads > 0 && hidden % heads != 0) {
            problem("models.check.config.divide", "hidden_size", hidden, "num_attention_heads", heads);
            return 0;
        } else {
            dim = heads > 0 ? hidden / heads : 0;
        }
        if (dim > 0 && (dim % 2 != 0 || dim > 4096)) {
            problem("models.check.config.head-dim", dim);
        }
        return dim;
    }

    private void unsupported(String family) {
        if (!config.path("auto_map").isMissingNode() && !config.path("auto_map").isNull()) {
            problem("models.check.config.auto-map");
        }
        JsonNode architectures = config.path("architectures");
        if (architectures.isArray() && !architectures.isEmpty()) {
            String first = architectures.get(0).asText("");
            if (!first.endsWith("ForCausalLM")) {
                problem("models.check.config.architecture", shown(architectures.get(0)));
            }
        }
        String activation = config.path("hidden_act").asText("silu");
        if (!activation.equals("silu") && !activation.equals("swish")) {
            option("hidden_act", config.get("hidden_act"), "silu");
        }
        if (!family.equals("qwen2") && flag("attention_bias")) {
            option("attention_bias", config.get("attention_bias"), "false");
        }
        if (flag("mlp_bias")) {
            option("mlp_bias", config.get("mlp_bias"), "false");
        }
        if (config.hasNonNull("quantization_config")) {
            problem("models.check.config.quantised");
        }
        for (String key : List.of("dtype", "torch_dtype")) {
            String type = config.path(key).asText("float32").replace("torch.", "");
            if (config.hasNonNull(key)
                    && !Set.of("float32", "float16", "bfloat16").contains(type)) {
                option(key, config.get(key), "float32, float16, bfloat16");
            }
        }
        rope(config);
        rope(config.path("rope_scaling"));
        rope(config.path("rope_parameters"));
    }

    private void rope(JsonNode node) {
        JsonNode partial = node.path("partial_rotary_factor");
        if (partial.isNumber() && partial.doubleValue() != 1) {
            option("partial_rotary_factor", partial, "1");
        }
        if (node == config || !node.isObject() || node.isEmpty()) {
            return;
        }
        String key = node.hasNonNull("rope_type") ? "rope_type" : "type";
        String type = node.path(key).asText("default").toLowerCase(Locale.ROOT);
        if (!Set.of("default", "linear", "llama3").contains(type)) {
            option(key, node.get(key), "default, linear, llama3");
        }
    }

    private void layerTypes(int layers) {
        JsonNode types = config.path("layer_types");
        if (!types.isArray()) {
            return;
        }
        if (layers > 0 && types.size() != layers) {
            problem("models.check.config.layers", types.size(), layers);
        }
        for (JsonNode type : types) {
            if (!Set.of("full_attention", "sliding_attention").contains(type.asText(""))) {
                option("layer_types", type, "full_attention, sliding_attention");
                return;
            }
        }
    }

    private boolean flag(String key) {
        JsonNode value = config.path(key);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            problem("models.check.config.flag", key, shown(value));
        }
        return value.asBoolean(false);
    }

    /** The value of a key; 0 after a problem. */
    private int number(String key, int max, int usual) {
        JsonNode value = config.path(key);
        if (value.isMissingNode() || value.isNull()) {
            if (usual == 0) {
                problem("models.check.config.missing", key);
            }
            return usual;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1 || value.intValue() > max) {
            problem("models.check.config.number", key, shown(value), Integer.toString(max));
            return 0;
        }
        return value.intValue();
    }

    private void option(String key, JsonNode value, String supported) {
        problem("models.check.config.option", key, shown(value), supported);
    }

    private void problem(String key, Object... arguments) {
        problems.add(Finding.of(FILE, key, arguments));
    }

    /** A value from the file for a message: short, on one line. */
    static String shown(JsonNode value) {
        String text = String.valueOf(value).replaceAll("\\p{Cntrl}", "?");
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
