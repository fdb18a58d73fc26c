package io.hearth.ui.models.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The weights of a model: one file, or the shards that an index names. */
final class WeightsCheck {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final long MAX_INDEX_BYTES = 64L << 20;
    /** Findings of one sort; a model that is wholly another one would give thousands. */
    private static final int MOST = 5;

    private final Path folder;
    private final List<Finding> problems;
    private final Map<String, SafetensorsHeader.Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> files = new LinkedHashMap<>();

    private WeightsCheck(Path folder, List<Finding> problems) {
        this.folder = folder;
        this.problems = problems;
    }

    /**
     * Checks the weights against the configuration.
     *
     * @param shape sizes, or null if the configuration is not usable: then the files alone are checked
     * @return number of weights
     */
    static long check(Path folder, ConfigShape shape, List<Finding> problems, List<Finding> remarks) {
        WeightsCheck check = new WeightsCheck(folder, problems);
        int before = problems.size();
        check.readFiles(remarks);
        if (shape != null && problems.size() == before) {
            check.compare(shape);
        }
        return check.tensors.values().stream()
                .mapToLong(SafetensorsHeader.Tensor::elements)
                .sum();
    }

    private void readFiles(List<Finding> remarks) {
        Set<String> read = new HashSet<>();
        if (Files.isRegularFile(folder.resolve(SINGLE))) {
            read.add(SINGLE);
            take(SINGLE, null);
        } else if (Files.isRegularFile(folder.resolve(INDEX))) {
            shards().forEach((shard, expected) -> {
                read.add(shard);
                take(shard, expected);
            });
        } else {
            problems.add(Finding.of(SINGLE, "models.check.weights.none", INDEX));
        }
        for (String other : safetensors()) {
            if (!read.contains(other) && !read.isEmpty()) {
                remarks.add(Finding.of(other, "models.check.weights.unnamed"));
            }
        }
    }

    private List<String> safetensors() {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".safetensors"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private Map<String, Set<String>> shards() {
        Map<String, Set<String>> shards = new TreeMap<>();
        ObjectNode index = JsonFile.read(folder, INDEX, MAX_INDEX_BYTES, problems);
        if (index == null) {
            return shards;
        }
        if (!(index.get("weight_map") instanceof ObjectNode map) || map.isEmpty()) {
            problems.add(Finding.of(INDEX, "models.check.weights.map"));
            return shards;
        }
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = entry.getValue().asText("");
            if (!shard.matches("[A-Za-z0-9_][A-Za-z0-9_.+=-]{0,200}\\.safetensors")) {
                problems.add(Finding.of(INDEX, "models.check.weights.shard", ConfigCheck.shown(entry.getValue())));
                return Map.of();
            }
            shards.computeIfAbsent(shard, key -> new HashSet<>()).add(entry.getKey());
        }
        return shards;
    }

    private void take(String name, Set<String> expected) {
        if (!Files.isRegularFile(folder.resolve(name))) {
            problems.add(Finding.of(name, "models.check.weights.missing", INDEX));
            return;
        }
        List<SafetensorsHeader.Tensor> found;
        try {
            found = SafetensorsHeader.read(folder.resolve(name));
        } catch (SafetensorsHeader.Broken e) {
            problems.add(new Finding(name, e.reason()));
            return;
        }
        Set<String> names = new HashSet<>();
        for (SafetensorsHeader.Tensor tensor : found) {
            names.add(tensor.name());
            if (tensors.put(tensor.name(), tensor) != null) {
                problems.add(Finding.of(name, "models.check.weights.twice", tensor.name()));
            }
            files.put(tensor.name(), name);
        }
        if (expected != null) {
            few(expected.stream()
                            .filter(tensor -> !names.contains(tensor))
                            .sorted()
                            .toList())
                    .forEach(tensor -> problems.add(Finding.of(name, "models.check.weights.lacks", tensor)));
            few(names.stream()
                            .filter(tensor -> !expected.contains(tensor))
                            .sorted()
                            .toList())
                    .forEach(tensor -> problems.add(Finding.of(name, "models.check.weights.unexpected", tensor)));
        }
    }

    private void compare(ConfigShape shape) {
        Map<String, long[]> wanted = shape.tensors();
        List<String> missing = new ArrayList<>();
        List<Finding> wrong = new ArrayList<>();
        wanted.forEach((name, expected) -> {
            SafetensorsHeader.Tensor tensor = tensors.get(name);
            if (tensor == null) {
                missing.add(name);
            } else if (!Arrays.equals(tensor.shape(), expected)) {
                wrong.add(Finding.of(
                        files.get(name),
                        "models.check.weights.shape",
                        name,
                        Arrays.toString(tensor.shape()),
                        Arrays.toString(expected)));
            } else if (!tensor.isWeight()) {
                wrong.add(Finding.of(files.get(name), "models.check.weights.type", name, tensor.type()));
            }
        });
        String weights = Files.exists(folder.resolve(SINGLE)) ? SINGLE : INDEX;
        few(missing).forEach(name -> problems.add(Finding.of(weights, "models.check.weights.tensor", name)));
        problems.addAll(few(wrong));
        List<String> unknown = tensors.keySet().stream()
                .filter(name -> !wanted.containsKey(name))
                .filter(name -> !name.endsWith("rotary_emb.inv_freq"))
                .filter(name -> !(shape.tied() && name.equals("lm_head.weight")))
                .toList();
        few(unknown).forEach(name -> problems.add(Finding.of(files.get(name), "models.check.weights.extra", name)));
        int left = Math.max(0, missing.size() - MOST)
                + Math.max(0, wrong.size() - MOST)
                + Math.max(0, unknown.size() - MOST);
        if (left > 0) {
            problems.add(Finding.of(weights, "models.check.weights.more", left));
        }
    }

    private static <T> List<T> few(List<T> all) {
        return all.subList(0, Math.min(MOST, all.size()));
    }
}
