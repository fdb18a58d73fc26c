package io.hearth.ui.models.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A LoRA adapter in PEFT's layout, and whether it fits its base. */
final class AdapterCheck {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";
    /** Settings that change the numbers and are not supported: must be absent, null, false or empty. */
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

    private static final Set<String> PLAIN_INITIALISATIONS = Set.of("gaussian", "eva", "orthogonal");

    /**
     * @param base sizes of the base, or null if none was chosen or it cannot be read
     * @return number of weights
     */
    static long check(Path folder, ConfigShape base, List<Finding> problems) {
        ObjectNode config = JsonFile.read(folder, CONFIG, 4 << 20, problems);
        if (config != null) {
            settings(config, problems);
        }
        if (!Files.isRegularFile(folder.resolve(WEIGHTS))) {
            problems.add(Finding.of(WEIGHTS, "models.check.adapter.none"));
            return 0;
        }
        List<SafetensorsHeader.Tensor> tensors;
        try {
            tensors = SafetensorsHeader.read(folder.resolve(WEIGHTS));
        } catch (SafetensorsHeader.Broken e) {
            problems.add(new Finding(WEIGHTS, e.reason()));
            return 0;
        }
        if (config != null && config.path("r").canConvertToInt()) {
            matrices(tensors, config.path("r").intValue(), base, problems);
        }
        return tensors.stream().mapToLong(SafetensorsHeader.Tensor::elements).sum();
    }

    private static void settings(ObjectNode config, List<Finding> problems) {
        required(config, "peft_type", "LORA", problems);
        required(config, "task_type", "CAUSAL_LM", problems);
        if (!config.path("bias").asText("none").equals("none")) {
            option("bias", config.get("bias"), "none", problems);
        }
        for (String key : UNSUPPORTED) {
            JsonNode value = config.path(key);
            boolean off = value.isMissingNode()
                    || value.isNull()
                    || value.isContainerNode() && value.isEmpty()
                    || value.isBoolean() && !value.booleanValue();
            if (!off) {
                option(key, value, "–", problems);
            }
        }
        JsonNode initialisation = config.path("init_lora_weights");
        if (initialisation.isTextual() && !PLAIN_INITIALISATIONS.contains(initialisation.textValue())) {
            option("init_lora_weights", initialisation, "true", problems);
        }
        JsonNode rank = config.path("r");
        if (!rank.isIntegralNumber() || !rank.canConvertToInt() || rank.intValue() < 1 || rank.intValue() > 1024) {
            problems.add(
                    Finding.of(CONFIG, "models.check.config.number", "r", ConfigCheck.shown(config.get("r")), "1024"));
        }
        JsonNode targets = config.path("target_modules");
        if (!targets.isArray() && !targets.asText("").equals("all-linear")) {
            option("target_modules", targets, "[…], all-linear", problems);
        }
    }

    private static void required(ObjectNode config, String key, String wanted, List<Finding> problems) {
        String fallback = key.equals("task_type") ? wanted : "";
        if (!config.path(key).asText(fallback).equals(wanted)) {
            option(key, config.get(key), wanted, problems);
        }
    }

    private static void option(String key, JsonNode value, String supported, List<Finding> problems) {
        problems.add(Finding.of(CONFIG, "models.check.config.option", key, ConfigCheck.shown(value), supported));
    }

    private static void matrices(
            List<SafetensorsHeader.Tensor> tensors, int rank, ConfigShape base, List<Finding> problems) {
        Map<String, long[]> linears = base == null ? Map.of() : base.linears();
        Map<String, Integer> halves = new TreeMap<>();
        for (SafetensorsHeader.Tensor tensor : tensors) {
            boolean a = tensor.name().endsWith(".lora_A.weight");
            boolean b = tensor.name().endsWith(".lora_B.weight");
            if (!tensor.name().startsWith(PREFIX) || !(a || b)) {
                problems.add(Finding.of(WEIGHTS, "models.check.adapter.tensor", tensor.name()));
                return;
            }
            String module =
                    tensor.name().substring(PREFIX.length(), tensor.name().length() - ".lora_A.weight".length());
            halves.merge(module, a ? 1 : 2, Integer::sum);
            long[] shape = tensor.shape();
            if (shape.length != 2 || shape[a ? 0 : 1] != rank || !tensor.isWeight()) {
                problems.add(Finding.of(WEIGHTS, "models.check.adapter.rank", tensor.name(), rank));
                return;
            }
            if (base != null) {
                long[] linear = linears.get(module);
                if (linear == null || shape[a ? 1 : 0] != linear[a ? 1 : 0]) {
                    problems.add(Finding.of(WEIGHTS, "models.check.adapter.base", tensor.name()));
                    return;
                }
            }
        }
        halves.entrySet().stream()
                .filter(entry -> entry.getValue() != 3)
                .findFirst()
                .ifPresent(half -> problems.add(Finding.of(WEIGHTS, "models.check.adapter.half", half.getKey())));
        if (halves.isEmpty()) {
            problems.add(Finding.of(WEIGHTS, "models.check.adapter.empty"));
        }
    }

    private AdapterCheck() {}
}
