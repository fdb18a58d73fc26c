package io.hearth.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reference numbers of one fixture: {@code golden.json} beside a model. */
public record Golden(Path directory, JsonNode json) {
    /** Fixtures lie in the module's test resources; surefire runs in the module's directory. */
    public static Path root() {
        return Path.of("src/test/resources/goldens").toAbsolutePath();
    }

    public static Golden load(String name) {
        Path directory = root().resolve(name);
        try {
            return new Golden(
                    directory,
                    new ObjectMapper().readTree(directory.resolve("golden.json").toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy of the model's directory in which another spelling of the configuration is {@code config.json}. */
    public Path withConfig(String file, Path parent) throws IOException {
        Path copy = Files.createTempDirectory(parent, file);
        for (String name : List.of("model.safetensors", "generation_config.json")) {
            Files.copy(directory.resolve(name), copy.resolve(name));
        }
        Files.copy(directory.resolve(file), copy.resolve("config.json"));
        return copy;
    }

    /** Rows without their padding. */
    public List<int[]> rows() {
        List<int[]> rows = new ArrayList<>();
        for (int i = 0; i < json.get("input_ids").size(); i++) {
            int length = json.get("lengths").get(i).asInt();
            int[] row = ints(json.get("input_ids").get(i));
            rows.add(java.util.Arrays.copyOf(row, length));
        }
        return rows;
    }

    /** Rows with the weight of each token as a target: 1 unless its label is -100. */
    public List<PackedBatch.Row> trainingRows() {
        return trainingRows(json, rows());
    }

    static List<PackedBatch.Row> trainingRows(JsonNode json, List<int[]> rows) {
        List<PackedBatch.Row> result = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            float[] weights = new float[rows.get(i).length];
            for (int t = 0; t < weights.length; t++) {
                weights[t] = json.get("labels").get(i).get(t).asInt() == -100 ? 0 : 1;
            }
            result.add(new PackedBatch.Row(rows.get(i), weights));
        }
        return result;
    }

    public static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    public static float[] floats(JsonNode tensor) {
        ByteBuffer bytes = ByteBuffer.wrap(
                        Base64.getDecoder().decode(tensor.get("data_b64").asText()))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
