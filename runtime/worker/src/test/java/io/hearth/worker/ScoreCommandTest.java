package io.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hearth.contract.ExitCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code score}, as a child process, against the numbers of the reference implementation. */
class ScoreCommandTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path GOLDENS =
            Path.of("../engine/src/test/resources/goldens").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void agreesWithTheReference(String name) throws Exception {
        JsonNode golden = golden(name);
        List<int[]> rows = rows(golden);
        WorkerRun run = WorkerRun.of(
                "score",
                "--model",
                GOLDENS.resolve(name).toString(),
                "--tokens",
                write(rows).toString(),
                "--logits");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode scores = MAPPER.readTree(run.out());
        float[] logits = floats(golden.get("logits"));
        int padded = golden.get("input_ids").get(0).size();
        double total = 0;
        int count = 0;
        for (int i = 0; i < rows.size(); i++) {
            int[] row = rows.get(i);
            int vocabulary = scores.get("logits").get(i).get(0).size();
            assertThat(scores.get("logits").get(i)).hasSize(row.length);
            assertThat(scores.get("per_token_nll").get(i)).hasSize(row.length - 1);
            for (int t = 0; t < row.length; t++) {
                float[] expected =
                        Arrays.copyOfRange(logits, (i * padded + t) * vocabulary, (i * padded + t + 1) * vocabulary);
                for (int v = 0; v < vocabulary; v++) {
                    assertThat(scores.get("logits").get(i).get(t).get(v).floatValue())
                            .isCloseTo(expected[v], within(1e-4f));
                }
                if (t + 1 < row.length) {
                    double nll = nll(expected, row[t + 1]);
                    assertThat(scores.get("per_token_nll").get(i).get(t).doubleValue())
                            .isCloseTo(nll, within(1e-4));
                    total += nll;
                    count++;
                }
            }
        }
        assertThat(scores.get("tokens").intValue()).isEqualTo(count);
        assertThat(scores.get("mean").doubleValue()).isCloseTo(total / count, within(1e-5));
    }

    @Test
    void anAdapterChangesTheScoreAsItDoesInTheReference() throws Exception {
        JsonNode golden = golden("lora_qwen2");
        JsonNode base = golden("qwen2");
        List<int[]> rows = rows(base);
        JsonNode scores = MAPPER.readTree(WorkerRun.of(
                        "score",
                        "--model",
                        GOLDENS.resolve("qwen2").toString(),
                        "--adapter",
                        GOLDENS.resolve("lora_qwen2/adapter_final").toString(),
                        "--tokens",
                        write(rows).toString())
                .out());
        double sum = 0;
        int counted = 0;
        for (int i = 0; i < rows.size(); i++) {
            for (int t = 1; t < rows.get(i).length; t++) {
                if (golden.get("labels").get(i).get(t).asInt() != -100) {
                    sum += scores.get("per_token_nll").get(i).get(t - 1).doubleValue();
                    counted++;
                }
            }
        }
        assertThat(sum / counted).isCloseTo(golden.get("loss_after").asDouble(), within(1e-5));
    }

    @Test
    void aRowOfOneTokenHasNoScore() throws Exception {
        WorkerRun run = WorkerRun.of(
                "score",
                "--model",
                GOLDENS.resolve("qwen3").toString(),
                "--tokens",
                write(List.of(new int[] {3})).toString());
        assertThat(MAPPER.readTree(run.out()))
                .isEqualTo(MAPPER.readTree("{\"per_token_nll\":[[]],\"mean\":null,\"tokens\":0}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"input_ids\": [[1, 2], []]} | row 2 is empty",
                "{\"input_ids\": [[1, 99999]]} | row 1 holds the id 99999",
                "{\"input_ids\": [[1, -1]]} | row 1 holds the id -1",
                "{\"input_ids\": []} | must be a list of rows",
                "{\"input_ids\": [1, 2]} | must be a list in brackets",
                "{\"input_ids\": [[1.5]]} | must be a whole number",
                "{\"ids\": [[1]]} | Did you mean \"input_ids\"?",
                "{\"input_ids\": [[1] | this is not JSON"
            })
    void saysWhatIsWrongWithTheTokens(String text, String sentence) throws Exception {
        Path file = Files.writeString(folder.resolve("bad.json"), text);
        WorkerRun run =
                WorkerRun.of("score", "--model", GOLDENS.resolve("qwen3").toString(), "--tokens", file.toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(sentence).doesNotContain("Exception", "\tat ");
    }

    private Path write(List<int[]> rows) throws IOException {
        Path file = folder.resolve("tokens.json");
        MAPPER.writeValue(file.toFile(), java.util.Map.of("input_ids", rows));
        return file;
    }

    private static JsonNode golden(String name) throws IOException {
        return MAPPER.readTree(GOLDENS.resolve(name).resolve("golden.json").toFile());
    }

    private static List<int[]> rows(JsonNode golden) {
        List<int[]> rows = new ArrayList<>();
        for (int i = 0; i < golden.get("input_ids").size(); i++) {
            int[] row = MAPPER.convertValue(golden.get("input_ids").get(i), int[].class);
            rows.add(Arrays.copyOf(row, golden.get("lengths").get(i).asInt()));
        }
        return rows;
    }

    private static float[] floats(JsonNode tensor) {
        ByteBuffer bytes = ByteBuffer.wrap(
                        Base64.getDecoder().decode(tensor.get("data_b64").asText()))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private static double nll(float[] logits, int target) {
        double maximum = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            maximum = Math.max(maximum, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - maximum);
        }
        return Math.log(sum) + maximum - logits[target];
    }
}
