package io.hearth.engine.model;

import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads {@code config.json} and {@code generation_config.json} of a model directory in any of the spellings that
 * transformers has used. A key that is absent has the value that transformers 4 gives it for that family. Whatever
 * would change the numbers and is not supported is refused by name; keys that do not change them are ignored.
 */
public final class ModelConfigReader {
    private static final long MAX_FILE_BYTES = 16 << 20;
    private static final int MAX_WIDTH = 1 << 20;
    private static final int MAX_VOCABULARY = 1 << 24;
    private static final int MAX_LAYERS = 1024;
    private static final int MAX_HEADS = 4096;
    private static final int MAX_HEAD_DIM = 4096;
    static final int MAX_POSITIONS = 1 << 28;

    private final ConfigFields config;
    private final Family family;

    /** What a family adds, and the values that transformers gives it for absent keys. */
    private enum Family {
        LLAMA(2_048, 0),
        MISTRAL(131_072, 8),
        QWEN2(32_768, 32),
        QWEN3(32_768, 32);

        final int defaultPositions;
        /** 0: as many as there are query heads. */
        final int defaultKeyValueHeads;

        Family(int defaultPositions, int defaultKeyValueHeads) {
            this.defaultPositions = defaultPositions;
            this.defaultKeyValueHeads = defaultKeyValueHeads;
        }
    }

    private ModelConfigReader(ConfigFields config) {
        this.config = config;
        this.family = family();
    }

    /**
     * Reads the configuration of a model directory.
     *
     * @throws CheckpointException if there is none, it makes no sense, or it asks for something unsupported
     */
    public static ModelConfig read(Path directory) {
        return read(directory.resolve("config.json"), directory.resolve("generation_config.json"));
    }

    /**
     * Reads a configuration from files of any name.
     *
     * @param generationConfigFile need not exist
     */
    static ModelConfig read(Path configFile, Path generationConfigFile) {
        ConfigFields config = fields(configFile);
        List<Integer> eos = Files.exists(generationConfigFile)
                ? fields(generationConfigFile).tokenIds("eos_token_id")
                : List.of();
        return new ModelConfigReader(config).read(eos);
    }

    private static ConfigFields fields(Path file) {
        return new ConfigFields(file, JsonFiles.readObject(file, MAX_FILE_BYTES));
    }

    private Family family() {
        String type = config.textOr("model_type", "");
        return switch (type) {
            case "llama" -> Family.LLAMA;
            case "mistral" -> Family.MISTRAL;
            case "qwen2" -> Family.QWEN2;
            case "qwen3" -> Family.QWEN3;
            case "" -> throw config.fault("model_type is missing, so the architecture is not known.");
            default ->
                throw config.fault(
                        "the model type '%s' is not supported; supported are llama, mistral, qwen2 and qwen3.", type);
        };
    }

    private ModelConfig read(List<Integer> generationEos) {
        refuseUnsupported();
        int hidden = config.requiredInt("hidden_size", MAX_WIDTH);
        int layers = config.requiredInt("num_hidden_layers", MAX_LAYERS);
        int heads = config.requiredInt("num_attention_heads", MAX_HEADS);
        int positions = config.intOr("max_position_embeddings", MAX_POSITIONS, family.defaultPositions);
        int vocabulary = config.requiredInt("vocab_size", MAX_VOCABULARY);
        Set<Integer> eos = new LinkedHashSet<>(generationEos);
        eos.addAll(config.tokenIds("eos_token_id"));
        return new ModelConfig(
                config.textOr("model_type", ""),
                vocabulary,
                hidden,
                config.requiredInt("intermediate_size", MAX_WIDTH),
                layers,
                heads,
                keyValueHeads(heads),
                headDim(hidden, heads),
                config.positiveOr("rms_norm_eps", 1e-6),
                RopeConfigReader.read(config),
                config.booleanOr("tie_word_embeddings", false),
                family == Family.QWEN2,
                family == Family.QWEN3,
                slidingWindows(layers),
                positions,
                tokenId("bos_token_id", vocabulary),
                tokenId("pad_token_id", vocabulary),
                List.copyOf(eos),
                weightType());
    }

    private void refuseUnsupported() {
        String architecture = config.isSet("architectures")
                ? config.texts("architectures").stream().findFirst().orElse("")
                : "";
        if (!architecture.isEmpty() && !architecture.endsWith("ForCausalLM")) {
            throw config.fault("the architecture %s is not supported; only causal language models are.", architecture);
        }
        String activation = config.textOr("hidden_act", "silu");
        if (!activation.equals("silu") && !activation.equals("swish")) {
            throw config.fault("the activation hidden_act '%s' is not supported; only silu is.", activation);
        }
        if (family != Family.QWEN2 && config.booleanOr("attention_bias", false)) {
            throw config.fault("attention_bias true is not supported for %s models.", config.textOr("model_type", ""));
        }
        if (config.booleanOr("mlp_bias", false)) {
            throw config.fault("mlp_bias true is not supported.");
        }
        if (config.isSet("quantization_config")) {
            throw config.fault(
                    "quantised weights (quantization_config) are not supported. Use the model's f32, f16 or bf16 weights.");
        }
        RopeConfigReader.requireWholeHead(config);
    }

    private int keyValueHeads(int heads) {
        boolean byFamily = !config.has("num_key_value_heads") && family.defaultKeyValueHeads != 0;
        int fallback = byFamily ? family.defaultKeyValueHeads : heads;
        int keyValueHeads = config.intOr("num_key_value_heads", MAX_HEADS, fallback);
        if (heads % keyValueHeads != 0) {
            throw config.fault(
                    "num_attention_heads (%d) is not divisible by num_key_value_heads (%d%s).",
                    heads, keyValueHeads, byFamily ? ", the default, since the file does not say" : "");
        }
        return keyValueHeads;
    }

    private int headDim(int hidden, int heads) {
        int headDim;
        if (config.isSet("head_dim")) {
            headDim = config.requiredInt("head_dim", MAX_HEAD_DIM);
        } else if (family == Family.QWEN3 && !config.has("head_dim")) {
            headDim = 128;
        } else if (hidden % heads == 0) {
            headDim = hidden / heads;
        } else {
            throw config.fault(
                    "hidden_size (%d) is not divisible by num_attention_heads (%d), and head_dim is not given.",
                    hidden, heads);
        }
        if (headDim % 2 != 0 || headDim > MAX_HEAD_DIM) {
            throw config.fault("head_dim is %d; it must be even and at most %d.", headDim, MAX_HEAD_DIM);
        }
        return headDim;
    }

    private List<Integer> slidingWindows(int layers) {
        return switch (family) {
            case LLAMA -> {
                requireLayerTypes(layers, "full_attention");
                yield Collections.nCopies(layers, 0);
            }
            case MISTRAL -> {
                // Absent means the first Mistral's window; null means none.
                int window = config.intOr("sliding_window", MAX_POSITIONS, config.has("sliding_window") ? 0 : 4096);
                requireLayerTypes(layers, window == 0 ? "full_attention" : "sliding_attention");
                yield Collections.nCopies(layers, window);
            }
            case QWEN2, QWEN3 -> qwenWindows(layers);
        };
    }

    private void requireLayerTypes(int layers, String expected) {
        if (config.isSet("layer_types")) {
            for (String type : layerTypes(layers)) {
                if (!type.equals(expected)) {
                    throw config.fault(
                            "layer_types holds '%s', but every layer of this model would be %s.", type, expected);
                }
            }
        }
    }

    private List<Integer> qwenWindows(int layers) {
        boolean windowed = config.booleanOr("use_sliding_window", false);
        int window = 0;
        if (windowed) {
            window = config.intOr("sliding_window", MAX_POSITIONS, config.has("sliding_window") ? 0 : 4096);
        }
        List<Integer> windows = new ArrayList<>(layers);
        if (config.isSet("layer_types")) {
            for (String type : layerTypes(layers)) {
                if (type.equals("sliding_attention") && window == 0) {
                    throw config.fault(
                            "layer_types asks for sliding_attention, but use_sliding_window or sliding_window is off.");
                }
                windows.add(type.equals("sliding_attention") ? window : 0);
            }
            return windows;
        }
        int firstWindowed = config.countOr("max_window_layers", Integer.MAX_VALUE, 28);
        for (int layer = 0; layer < layers; layer++) {
            windows.add(layer >= firstWindowed ? window : 0);
        }
        return windows;
    }

    private List<String> layerTypes(int layers) {
        List<String> types = config.texts("layer_types");
        if (types.size() != layers) {
            throw config.fault("layer_types has %d entries for %d layers.", types.size(), layers);
        }
        for (String type : types) {
            if (!type.equals("full_attention") && !type.equals("sliding_attention")) {
                throw config.fault(
                        "the layer type '%s' is not supported; supported are full_attention and sliding_attention.",
                        type);
            }
        }
        return types;
    }

    /** Some files say -1 for "none". */
    private OptionalInt tokenId(String key, int vocabulary) {
        if (!config.isSet(key) || config.shown(key).equals("-1")) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(config.countOr(key, vocabulary - 1, 0));
    }

    private String weightType() {
        String type = config.textOr("dtype", config.textOr("torch_dtype", "float32"));
        String plain = type.startsWith("torch.") ? type.substring("torch.".length()) : type;
        if (!Set.of("float32", "float16", "bfloat16").contains(plain)) {
            throw config.fault(
                    "the weight type '%s' is not supported; supported are float32, float16 and bfloat16.", plain);
        }
        return plain;
    }
}
