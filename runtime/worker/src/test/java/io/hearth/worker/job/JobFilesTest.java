package io.hearth.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.contract.Deployment;
import io.hearth.contract.Recipe;
import io.hearth.contract.TrainJob;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobFilesTest {
    private static final String GOOD = """
            {
              "job": "pumps",
              "base": "model",
              "data": {"train": "rows.jsonl"},
              "recipe": {
                "learningRate": 1e-3
              },
              "output": "out"
            }""";

    @TempDir
    Path folder;

    @BeforeEach
    void layOutFiles() throws IOException {
        Files.createDirectories(folder.resolve("model"));
        Files.writeString(folder.resolve("model/config.json"), "{}");
        Files.createDirectories(folder.resolve("adapter"));
        Files.writeString(folder.resolve("adapter/adapter_config.json"), "{}");
        Files.writeString(folder.resolve("rows.jsonl"), "{}\n");
    }

    @Test
    void fillsInDefaultsAndMakesPathsAbsolute() throws IOException {
        TrainJob job = JobFiles.trainJob(write(GOOD));

        assertThat(job.base()).isEqualTo(folder.resolve("model").toString());
        assertThat(job.data().train()).isEqualTo(folder.resolve("rows.jsonl").toString());
        assertThat(job.output()).isEqualTo(folder.resolve("out").toString());
        assertThat(job.recipe().method()).isEqualTo("lora");
        assertThat(job.recipe().learningRate()).isEqualTo(1e-3);
        assertThat(job.recipe().targetModules()).isEqualTo(Recipe.ALL_LINEAR);
        assertThat(job.data().badRows()).isEqualTo("refuse");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"learningRate\": 1e-3 | \"learning_rate\": 1e-3 | line 6: there is no field \"recipe.learning_rate\". Did you mean \"learningRate\"?",
                "\"learningRate\": 1e-3 | \"learningRate\": \"fast\" | line 6: \"recipe.learningRate\" must be a number",
                "\"learningRate\": 1e-3 | \"epochs\": true | line 6: \"recipe.epochs\" must be a number",
                "\"learningRate\": 1e-3 | \"loraRank\": 4.5 | line 6: \"recipe.loraRank\" must be a whole number",
                "\"learningRate\": 1e-3 | \"loraRank\": 99999999999 | line 6: \"recipe.loraRank\"",
                "\"learningRate\": 1e-3 | \"packing\": \"yes\" | line 6: \"recipe.packing\" must be true or false",
                "\"learningRate\": 1e-3 | \"targetModules\": \"q_proj\" | line 6: \"recipe.targetModules\" must be a list in brackets",
                "\"learningRate\": 1e-3 | \"targetModules\": [7] | line 6: \"recipe.targetModules[0]\" must be a text in quotes",
                "\"learningRate\": 1e-3 | \"learningRate\": 1e-3, \"learningRate\": 2 | Duplicate field 'learningRate'",
                "\"learningRate\": 1e-3 | \"learningRate\": 0 | \"recipe.learningRate\" is 0.0; it must be above 0",
                "\"learningRate\": 1e-3 | \"learningRate\": 50 | at most 10",
                "\"learningRate\": 1e-3 | \"loraRank\": 0 | \"recipe.loraRank\" is 0; it must be from 1 to 1024.",
                "\"learningRate\": 1e-3 | \"loraDropout\": 1 | at least 0 and below 1",
                "\"learningRate\": 1e-3 | \"method\": \"lroa\" | must be one of lora, full. Did you mean \"lora\"?",
                "\"learningRate\": 1e-3 | \"schedule\": \"cosinus\" | Did you mean \"cosine\"?",
                "\"learningRate\": 1e-3 | \"dtype\": \"fp8\" | must be one of f32, bf16",
                "\"learningRate\": 1e-3 | \"targetModules\": [] | \"recipe.targetModules\" is empty",
                "\"learningRate\": 1e-3 | \"targetModules\": [null] | holds null",
                "\"learningRate\": 1e-3 | \"targetModules\": [\"q_proj\",\"q_proj\"] | twice",
                "\"learningRate\": 1e-3 | \"targetModules\": [\"qproj\"] | Did you mean \"q_proj\"?",
                "\"learningRate\": 1e-3 | \"batchTokens\": 1 | \"recipe.batchTokens\" is 1",
                "\"learningRate\": 1e-3 | \"divergenceFactor\": 0.5 | 0 (never) or above 1",
                "\"learningRate\": 1e-3 | \"evaluateEvery\": 10 | needs held-out rows",
                "\"learningRate\": 1e-3 | \"earlyStoppingPatience\": 2 | needs \"recipe.evaluateEvery\" above 0",
                "\"learningRate\": 1e-3 | \"method\": \"full\", \"loraRank\": 8 | is for the method lora",
                "\"base\": \"model\" | \"base\": \"nowhere\" | there is no directory",
                "\"base\": \"model\" | \"base\": \"rows.jsonl\" | is a file; give the directory of a model",
                "\"base\": \"model\" | \"base\": \"adapter\" | has no config.json",
                "\"base\": \"model\" | \"base\": \"\" | \"base\" is empty",
                "\"base\": \"model\" | \"base\": \"a\\u0000b\" | is not a path",
                "\"base\": \"model\" | \"base\": null | \"base\" is missing",
                "\"base\": \"model\" | \"base\": \"model\", \"adapter\": \"model\" | has no adapter_config.json",
                "\"base\": \"model\" | \"base\": 7 | line 3: \"base\" must be a text in quotes",
                "{\"train\": \"rows.jsonl\"} | {\"train\": \"gone.jsonl\"} | there is no file",
                "{\"train\": \"rows.jsonl\"} | {\"train\": \"model\"} | is a directory; give a file of rows",
                "{\"train\": \"rows.jsonl\"} | {} | \"data.train\" is missing",
                "{\"train\": \"rows.jsonl\"} | [] | line 4: \"data\" must be an object in braces",
                "{\"train\": \"rows.jsonl\"} | {\"train\": \"rows.jsonl\", \"evaluationFraction\": 0.7} | from 0 to 0.5",
                "{\"train\": \"rows.jsonl\"} | {\"train\": \"rows.jsonl\", \"shape\": \"chatml\"} | \"data.shape\" is \"chatml\"",
                "\"output\": \"out\" | \"output\": \"model\" | must not be the directory of the base model",
                "\"output\": \"out\" | \"output\": \"rows.jsonl\" | is a file; give a directory",
                "\"output\": \"out\" | \"output\": \"out\", \"device\": \"GPU 1\" | write the kind and the number",
                "\"output\": \"out\" | \"output\": \"out\", \"devices\": [\"cuda:0\", \"GPU 1\"] | \"devices\" is \"GPU 1\"",
                "\"output\": \"out\" | \"output\": \"out\", \"devices\": [] | must name at least one card",
                "\"output\": \"out\" | \"output\": \"out\", \"devices\": [null] | must name at least one card",
                "\"output\": \"out\" | \"output\": \"out\", \"devices\": \"cuda:0\" | \"devices\" must be a list in brackets",
                "\"output\": \"out\" | \"output\": \"out\", \"devices\": [\"cuda:0\", \"cuda:0\"] | names cuda:0 twice",
                "\"output\": \"out\" | \"output\": \"out\", \"devices\": [\"cuda:0\", \"ascend:0\"] | of several kinds",
                "\"output\": \"out\" | \"output\": \"out\", \"device\": \"cpu:0\", \"devices\": [\"cpu:0\"] | are both given",
                "\"job\": \"pumps\" | \"job\": \"../../etc\" | must be a name",
                "\"job\": \"pumps\", | \"job\": \"pumps\" | this is not JSON",
            })
    void saysWhatIsWrong(String good, String bad, String sentence) throws IOException {
        assertThat(GOOD).contains(good);
        Path file = write(GOOD.replace(good, bad));

        assertThatThrownBy(() -> JobFiles.trainJob(file))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(sentence);
    }

    @Test
    void tellsEverythingThatIsWrongAtOnce() throws IOException {
        Path file = write(GOOD.replace("1e-3", "-1").replace("\"model\"", "\"nowhere\""));

        assertThatThrownBy(() -> JobFiles.trainJob(file))
                .hasMessageContaining("recipe.learningRate")
                .hasMessageContaining("there is no directory");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | the file is empty",
                "null | holds only null",
                "[] | a job file is an object in braces",
                "7 | a job file is an object in braces",
                "{} {} | something stands after the closing brace",
                "{\"job\": | this is not JSON",
                "{'job': 1} | this is not JSON"
            })
    void refusesWhatIsNoJobFile(String text, String sentence) throws IOException {
        Path file = write(text);

        assertThatThrownBy(() -> JobFiles.trainJob(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void refusesFilesThatCannotBe() throws IOException {
        assertThatThrownBy(() -> JobFiles.trainJob(folder.resolve("gone.json")))
                .hasMessageContaining("There is no file");
        assertThatThrownBy(() -> JobFiles.trainJob(folder)).hasMessageContaining("is a directory");
        Path huge = Files.writeString(folder.resolve("huge.json"), " ".repeat(2_000_000));
        assertThatThrownBy(() -> JobFiles.trainJob(huge)).hasMessageContaining("Is it a file of rows?");
        Path latin = folder.resolve("latin.json");
        Files.write(latin, "{\"job\": \"Prüfung\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> JobFiles.trainJob(latin)).isInstanceOf(UsageException.class);
    }

    @Test
    void brokenFilesAreAlwaysTheUsersMistake() throws IOException {
        long seed = 20260101;
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = GOOD.getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i <= random.nextInt(4); i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Path file = folder.resolve("broken.json");
            Files.write(
                    file, random.nextBoolean() ? bytes : java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            try {
                JobFiles.trainJob(file);
            } catch (UsageException expected) {
                assertThat(expected.getMessage())
                        .as("seed %d, round %d", seed, round)
                        .isNotBlank();
            }
        }
    }

    @Test
    void readsADeployment() throws IOException {
        Deployment deployment = JobFiles.deployment(write("""
                {"model": {"name": "base", "directory": "model"},
                 "adapters": [{"name": "tuned", "directory": "adapter"}], "port": 8080}"""));

        assertThat(deployment.model().directory())
                .isEqualTo(folder.resolve("model").toString());
        assertThat(deployment.adapters().getFirst().directory())
                .isEqualTo(folder.resolve("adapter").toString());
        assertThat(deployment.host()).isEqualTo("127.0.0.1");
        assertThat(deployment.maxSequences()).isEqualTo(32);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | \"model\" is missing",
                "{\"model\": {\"directory\": \"model\"}} | \"model.name\" is missing",
                "{\"model\": {\"name\": \"base\"}} | \"model.directory\" is missing",
                "{\"model\": {\"name\": \"base\", \"directory\": \"gone\"}} | there is no directory",
                "{\"model\": {\"name\": \"a\", \"directory\": \"model\"}, \"port\": 70000} | from 0 to 65535",
                "{\"model\": {\"name\": \"a\", \"directory\": \"model\"}, \"adapters\": [null]} | \"adapters[0]\" is null",
                "{\"model\": {\"name\": \"a\", \"directory\": \"model\"}, \"adapters\": [{\"name\": \"a\", \"directory\": \"adapter\"}]} | which another entry has already",
                "{\"model\": {\"name\": \"a\", \"directory\": \"model\"}, \"adapters\": [{\"name\": \"b\", \"directory\": \"model\"}]} | has no adapter_config.json",
                "{\"model\": {\"name\": \"a\", \"directory\": \"model\"}, \"cacheBytes\": -1} | must be above 0",
                "{\"model\": {\"name\": \"a\", \"directory\": \"model\"}, \"host\": \"a b\"} | is not a host name",
                "{\"model\": {\"name\": \"a\", \"directory\": \"model\"}, \"hosts\": \"x\"} | Did you mean \"host\"?"
            })
    void saysWhatIsWrongWithADeployment(String text, String sentence) throws IOException {
        Path file = write(text);

        assertThatThrownBy(() -> JobFiles.deployment(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(sentence);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("job.json"), text);
    }
}
