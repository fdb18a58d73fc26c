package io.hearth.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code adapter_config.json} as PEFT writes it: read with everything unsupported refused by name, and written. */
final class PeftConfigFile {
    private static final long MAX_BYTES = 4 << 20;

    /** Settings that change the numbers and must be absent, null, false or empty. */
    private static final List<String> UNSUPPORTED = List.of(
            "use_dora",
            "use_qalora",
            "lora_bias",
            "fan_in_fan_out",
            "modules_to_save",
            "layers_to_transform",
            "layers_pattern",
            "layer_replication",
            "exclude_modules",
            "rank_pattern",
            "alpha_pattern",
            "target_parameters",
            "trainable_token_indices",
            "alora_invocation_tokens");

    /** Initialisations that leave the base weights alone; the others make an adapter that fits only changed ones. */
    private static final Set<String> PLAIN_INITIALISATIONS = Set.of("gaussian", "eva", "orthogonal");

    private final Path file;
    private final ObjectNode root;

    private PeftConfigFile(Path file) {
        this.file = file;
        this.root = JsonFiles.readObject(file, MAX_BYTES);
    }

    static LoraConfig read(Path file) {
        return new PeftConfigFile(file).read();
    }

    private LoraConfig read() {
        refuseUnsupported();
        try {
            return new LoraConfig(
                    rank(),
                    number("lora_alpha", 8),
                    number("lora_dropout", 0),
                    targetModules(),
                    flag("use_rslora"),
                    text("base_model_name_or_path", ""));
        } catch (CheckpointException e) {
            throw e.getMessage().startsWith(file.toString()) ? e : fault(e.getMessage());
        }
    }

    private void refuseUnsupported() {
        String type = text("peft_type", "");
        if (!type.equals("LORA")) {
            throw fault("the adapter type peft_type '%s' is not supported; only LORA is.".formatted(type));
        }
        String task = text("task_type", "CAUSAL_LM");
        if (!task.equals("CAUSAL_LM")) {
            throw fault("the task_type '%s' is not supported; only CAUSAL_LM is.".formatted(task));
        }
        String bias = text("bias", "none");
        if (!bias.equals("none")) {
            throw fault("bias '%s' is not supported; only 'none' is.".formatted(bias));
        }
        for (String key : UNSUPPORTED) {
            if (!isOff(root.path(key))) {
                throw fault("%s is not supported: it is %s.".formatted(key, shown(root.get(key))));
            }
        }
        JsonNode initialisation = root.path("init_lora_weights");
        if (initialisation.isTextual() && !PLAIN_INITIALISATIONS.contains(initialisation.textValue())) {
            throw fault("init_lora_weights '%s' is not supported: such an adapter belongs to changed base weights."
                    .formatted(initialisation.textValue()));
        }
    }

    private static boolean isOff(JsonNode value) {
        return value.isMissingNode()
                || value.isNull()
                || value.isContainerNode() && value.isEmpty()
                || value.isBoolean() && !value.booleanValue();
    }

    private String text(String key, String fallback) {
        JsonNode value = root.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return fallback;
        }
        if (!value.isTextual()) {
            throw fault("%s must be text, not %s.".formatted(key, shown(value)));
        }
        return value.textValue();
    }

    private boolean flag(String key) {
        JsonNode value = root.path(key);
        if (!value.isBoolean() && !isOff(value)) {
            throw fault("%s must be true or false, not %s.".formatted(key, shown(value)));
        }
        return value.isBoolean() && value.booleanValue();
    }

    private int rank() {
        JsonNode rank = root.path("r");
        if (!rank.isIntegralNumber() || !rank.canConvertToInt()) {
            throw fault("the rank r must be a whole number.");
        }
        return rank.intValue();
    }

    private double number(String key, double fallback) {
        JsonNode value = root.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return fallback;
        }
        if (!value.isNumber()) {
            throw fault("%s must be a number, not %s.".formatted(key, shown(value)));
        }
        return value.doubleValue();
    }

    private List<String> targetModules() {
        JsonNode targets = root.path("target_modules");
        if (targets.isTextual()) {
            if (targets.textValue().equals("all-linear")) {
                return LoraConfig.ALL_LINEAR;
            }
            throw fault("target_modules is the pattern %s; patterns are not supported. List the module names instead."
                    .formatted(shown(targets)));
        }
        if (!targets.isArray()) {
            throw fault("target_modules must be a list of module names.");
        }
        List<String> names = new ArrayList<>();
        for (JsonNode name : targets) {
            if (!name.isTextual()) {
                throw fault("target_modules must be a list of module names; it holds %s.".formatted(shown(name)));
            }
            names.add(name.textValue());
        }
        return names;
    }

    private CheckpointException fault(String sentence) {
        return new CheckpointException(file + ": " + sentence);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    /** The fields that PEFT 0.17 writes, in its order. */
    static ObjectNode toJson(LoraConfig config) {
        ObjectNode root = JsonFiles.MAPPER.createObjectNode();
        root.putObject("alpha_pattern");
        root.putNull("auto_mapping");
        if (config.baseModel().isEmpty()) {
            root.putNull("base_model_name_or_path");
        } else {
            root.put("base_model_name_or_path", config.baseModel());
        }
        root.put("bias", "none").putNull("corda_config").putNull("eva_config").putNull("exclude_modules");
        root.put("fan_in_fan_out", false).put("inference_mode", true).put("init_lora_weights", true);
        root.putNull("layer_replication").putNull("layers_pattern").putNull("layers_to_transform");
        root.putObject("loftq_config");
        if (config.alpha() == Math.rint(config.alpha()) && config.alpha() < Integer.MAX_VALUE) {
            root.put("lora_alpha", (int) config.alpha());
        } else {
            root.put("lora_alpha", config.alpha());
        }
        root.put("lora_bias", false).put("lora_dropout", config.dropout()).putNull("megatron_config");
        root.put("megatron_core", "megatron.core").putNull("modules_to_save").put("peft_type", "LORA");
        root.put("qalora_group_size", 16).put("r", config.rank());
        root.putObject("rank_pattern");
        root.putNull("revision");
        config.targetModules().forEach(root.putArray("target_modules")::add);
        root.putNull("target_parameters").put("task_type", "CAUSAL_LM").putNull("trainable_token_indices");
        root.put("use_dora", false).put("use_qalora", false).put("use_rslora", config.rankStabilized());
        return root;
    }
}
