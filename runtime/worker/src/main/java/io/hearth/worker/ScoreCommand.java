package io.hearth.worker;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonGenerator;
import io.hearth.contract.ExitCode;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.eval.Scorer;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.ModelConfigReader;
import io.hearth.worker.job.StrictFile;
import io.hearth.worker.process.Cards;
import io.hearth.worker.process.Json;
import io.hearth.worker.process.UsageException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Scores given tokens. Prints one JSON object: {@code per_token_nll}, for each row of n tokens a list of n - 1 numbers, the
 * t-th of which is the negative log-likelihood of token t + 1; {@code mean} over all of them; {@code tokens}, how many they
 * are; and, if asked for, {@code logits} of every position of every row.
 */
@Command(
        name = "score",
        description = "Print the negative log-likelihood of given tokens, as JSON.",
        mixinStandardHelpOptions = true)
final class ScoreCommand implements Callable<Integer> {
    private static final long MOST_BYTES = 512L << 20;

    @Option(names = "--model", required = true, description = "directory of the model in Hugging Face layout")
    private Path model;

    @Option(names = "--adapter", description = "directory of a PEFT adapter")
    private Path adapter;

    @Option(names = "--tokens", required = true, description = "file with {\"input_ids\": [[...], ...]}")
    private Path tokens;

    @Option(names = "--dtype", defaultValue = "f32", description = "f32 (default) or bf16")
    private String dtype;

    @Option(names = "--logits", description = "print the logits of every position, too")
    private boolean logits;

    @Option(names = "--device", description = "card to use, such as cpu:0; default the first one")
    private String device;

    private final OutputStream out;

    ScoreCommand(OutputStream out) {
        this.out = out;
    }

    /** The file of tokens. */
    record TokensFile(@JsonProperty("input_ids") List<int[]> inputIds) {}

    @Override
    public Integer call() throws IOException {
        DType act = switch (dtype) {
            case "f32" -> DType.F32;
            case "bf16" -> DType.BF16;
            default -> throw new UsageException("--dtype is \"" + dtype + "\"; it must be one of f32, bf16.");
        };
        ModelConfig config = ModelConfigReader.read(model);
        List<int[]> rows = rows(config);
        LoraAdapter pairs = adapter == null ? null : PeftAdapter.read(adapter);
        int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
        List<Scorer.Scores> scores = new ArrayList<>();
        try (Device card = Cards.open(device);
                LoadedModel loaded = LoadedModel.load(card, model, act, longest, false);
                Scorer scorer = new Scorer(loaded, pairs, longest)) {
            rows.forEach(row -> scores.add(scorer.score(row, logits)));
        }
        print(scores, config.vocabSize());
        return ExitCode.DONE;
    }

    private List<int[]> rows(ModelConfig config) {
        List<int[]> rows = StrictFile.read(tokens, TokensFile.class, "file of tokens", MOST_BYTES)
                .inputIds();
        if (rows == null || rows.isEmpty()) {
            throw new UsageException(tokens + ": \"input_ids\" must be a list of rows of token ids.");
        }
        for (int i = 0; i < rows.size(); i++) {
            int[] row = rows.get(i);
            if (row == null || row.length == 0) {
                throw new UsageException(tokens + ": row " + (i + 1) + " is empty.");
            }
            if (row.length > config.maxPositionEmbeddings()) {
                throw new UsageException(tokens + ": row " + (i + 1) + " has " + row.length
                        + " tokens, but the model's context is " + config.maxPositionEmbeddings() + ".");
            }
            for (int id : row) {
                if (id < 0 || id >= config.vocabSize()) {
                    throw new UsageException(tokens + ": row " + (i + 1) + " holds the id " + id
                            + ", but the model's vocabulary ends at " + (config.vocabSize() - 1) + ".");
                }
            }
        }
        return rows;
    }

    private void print(List<Scorer.Scores> scores, int vocabulary) throws IOException {
        double[] all =
                scores.stream().flatMapToDouble(s -> Arrays.stream(s.nll())).toArray();
        OutputStream buffered = new BufferedOutputStream(out, 1 << 16);
        try (JsonGenerator json = Json.MAPPER.createGenerator(buffered)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeArrayFieldStart("per_token_nll");
            for (Scorer.Scores row : scores) {
                json.writeArray(row.nll(), 0, row.nll().length);
            }
            json.writeEndArray();
            if (all.length == 0) {
                json.writeNullField("mean");
            } else {
                json.writeNumberField("mean", Arrays.stream(all).average().orElseThrow());
            }
            json.writeNumberField("tokens", all.length);
            if (logits) {
                json.writeArrayFieldStart("logits");
                for (Scorer.Scores row : scores) {
                    writeLogits(json, row.logits(), vocabulary);
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        }
        buffered.write("\n".getBytes(StandardCharsets.UTF_8));
        buffered.flush();
    }

    private static void writeLogits(JsonGenerator json, float[] logits, int vocabulary) throws IOException {
        json.writeStartArray();
        for (int from = 0; from < logits.length; from += vocabulary) {
            json.writeStartArray();
            for (int i = 0; i < vocabulary; i++) {
                json.writeNumber(logits[from + i]);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }
}
