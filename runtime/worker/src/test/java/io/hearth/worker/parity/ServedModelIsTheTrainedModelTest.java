package io.hearth.worker.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.eval.Parity;
import io.hearth.engine.eval.ServedAnswers;
import io.hearth.engine.eval.TokenTrace;
import io.hearth.engine.eval.TrainerAnswers;
import io.hearth.engine.model.AdapterPool;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.serve.EngineLimits;
import io.hearth.engine.serve.InferenceEngine;
import io.hearth.engine.serve.ModelStepRunner;
import io.hearth.engine.train.TrainingRun;
import io.hearth.text.ChatRenderer;
import io.hearth.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short fine-tune of the starter model, then the same held-out questions to the trainer and to the serving engine. */
class ServedModelIsTheTrainedModelTest {
    private static final Path STARTER =
            Path.of("../starter/model").toAbsolutePath().normalize();
    private static final Path SAMPLE =
            Path.of("../starter/sample").toAbsolutePath().normalize();
    private static final int PROMPTS = 32;
    private static final int NEW_TOKENS = 24;

    @TempDir
    static Path folder;

    private static Device device;
    private static List<List<Map<String, String>>> questions;
    private static LoraAdapter adapter;
    private static List<TokenTrace> trained;

    @BeforeAll
    static void train() throws IOException {
        device = Devices.open("cpu:0");
        questions = questions();
        TrainJob job = new TrainJob(
                "parity",
                STARTER.toString(),
                null,
                new TrainJob.Data(SAMPLE.resolve("train.jsonl").toString(), null, null, null, null, null),
                recipe(),
                folder.resolve("out").toString(),
                null,
                null);
        new TrainingRun(job, device, event -> {}).run(() -> false);
        adapter = PeftAdapter.read(folder.resolve("out/adapter"));
        try (LoadedModel model = LoadedModel.load(device, STARTER, DType.F32);
                TrainerAnswers trainer = new TrainerAnswers(model, adapter, 512)) {
            trained = trainer.answer(prompts(STARTER), NEW_TOKENS);
        }
    }

    @AfterAll
    static void close() {
        device.close();
    }

    private static Recipe recipe() {
        ObjectNode fields = new ObjectMapper()
                .createObjectNode()
                .put("maxSteps", 60)
                .put("batchTokens", 768)
                .put("learningRate", 5e-3)
                .put("dtype", "f32")
                .put("mergeOutput", true);
        return new ObjectMapper().convertValue(fields, Recipe.class);
    }

    private static List<List<Map<String, String>>> questions() throws IOException {
        List<List<Map<String, String>>> questions = new ArrayList<>();
        for (String line : Files.readAllLines(SAMPLE.resolve("heldout.jsonl")).subList(0, PROMPTS)) {
            JsonNode question =
                    new ObjectMapper().readTree(line).get("messages").get(0);
            questions.add(List.of(
                    Map.of("role", "user", "content", question.get("content").asText())));
        }
        return questions;
    }

    /** What the server reads: rendered and encoded with the files of the directory that is served. */
    private static List<int[]> prompts(Path model) {
        try (Tokenizer tokenizer = Tokenizer.load(model)) {
            ChatRenderer renderer = ChatRenderer.of(tokenizer);
            return questions.stream()
                    .map(messages -> renderer.encodePrompt(messages, null, true))
                    .toList();
        }
    }

    private static List<TokenTrace> served(Path directory, boolean withAdapter) {
        try (LoadedModel model = LoadedModel.load(device, directory, DType.F32);
                AdapterPool pool = withAdapter ? new AdapterPool(model, List.of(adapter)) : null) {
            EngineLimits limits =
                    new EngineLimits(512, model.config().vocabSize(), withAdapter ? 1 : 0, 64, 128, 16, 512, 64);
            try (InferenceEngine engine = new InferenceEngine(limits, new ModelStepRunner(model, pool, limits))) {
                return new ServedAnswers(engine, model.config())
                        .answer(prompts(directory), withAdapter ? 0 : -1, NEW_TOKENS);
            }
        }
    }

    @Test
    void theAdapterBesideItsBaseAnswersAsTrained() {
        Parity parity = Parity.of(trained, served(STARTER, true));
        assertThat(parity.prompts()).isEqualTo(PROMPTS);
        assertThat(parity.differences()).isEmpty();
    }

    @Test
    void theMergedAndExportedModelAnswersAsTrained() {
        assertThat(Parity.of(trained, served(folder.resolve("out/merged"), false))
                        .differences())
                .isEmpty();
    }

    @Test
    void theBaseAloneDoesNot() {
        assertThat(Parity.of(trained, served(STARTER, false)).holds())
                .as("the comparison can fail")
                .isFalse();
    }

    @Test
    void aBrokenTemplateIsFoundAndTheFirstDifferingTokenIsNamed() throws IOException {
        Path broken = folder.resolve("broken");
        AtomicFiles.publishDirectory(broken, fresh -> {
            try (var files = Files.list(folder.resolve("out/merged"))) {
                for (Path file : files.toList()) {
                    Files.copy(file, fresh.resolve(file.getFileName()));
                }
            }
        });
        Path config = broken.resolve("tokenizer_config.json");
        ObjectNode tokenizer = (ObjectNode) new ObjectMapper().readTree(config.toFile());
        String template = tokenizer.get("chat_template").asText();
        assertThat(template).contains("<|im_start|>assistant\\n");
        tokenizer.put("chat_template", template.replace("<|im_start|>assistant\\n", "<|im_start|>assistant:\\n"));
        Files.writeString(config, tokenizer.toString());

        Parity parity = Parity.of(trained, served(broken, false));
        assertThat(parity.differences()).hasSize(PROMPTS);
        try (Tokenizer text = Tokenizer.load(broken)) {
            String sentence = parity.differences().getFirst().describe(token -> text.decode(new int[] {token}, false));
            assertThat(sentence)
                    .contains("Prompt 1: the first differing token is number")
                    .contains("of the prompt")
                    .contains("served with \":");
        }
    }
}
