package io.hearth.starter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StarterTokenizerTest {
    @TempDir
    private static Path directory;

    private static BytePairVocabulary vocabulary;
    private static HuggingFaceTokenizer tokenizer;

    @BeforeAll
    static void train() throws Exception {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        vocabulary = StarterTokenizer.train(StarterTokenizer.SEED, StarterTokenizer.DOCUMENTS);
        StarterTokenizer.write(vocabulary, directory);
        tokenizer = HuggingFaceTokenizer.newInstance(
                directory.resolve("tokenizer.json"), Map.of("truncation", "false", "padding", "false"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void theTrainedFilesAreTheOnesThatAreShipped() throws Exception {
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            assertThat(Files.readString(directory.resolve(name)))
                    .as(name)
                    .isEqualTo(Files.readString(Path.of("model", name)));
        }
    }

    @Test
    void roundTripsAnyText() {
        for (String text : texts()) {
            assertThat(tokenizer.decode(tokenizer.encode(text, false, false).getIds()))
                    .isEqualTo(text);
        }
    }

    @Test
    void encodesAsTheTrainedMergesSay() {
        BytePairVocabulary.Encoder encoder = vocabulary.encoder();
        for (String text : texts()) {
            List<Integer> ids = Arrays.stream(
                            tokenizer.encode(text, false, false).getIds())
                    .mapToInt(Math::toIntExact)
                    .boxed()
                    .toList();
            assertThat(ids).as(text).isEqualTo(encoder.encode(text));
        }
    }

    @Test
    void specialTokensAreSingleIds() {
        assertThat(tokenizer
                        .encode("<|endoftext|><|im_start|><|im_end|>", false, false)
                        .getIds())
                .containsExactly(0, 1, 2);
        assertThat(tokenizer.encode("<|im_start|>assistant\n", false, false).getIds())
                .hasSize(3);
    }

    private static List<String> texts() {
        List<String> texts = new ArrayList<>(List.of(
                "What does error E07 mean?",
                "错误E07是什么意思？ 请 给出 3.5 牛米",
                "smile 😀👍🏽 and 👩‍👩‍👧, café naïve Ünïcödé  two  blanks\n\n\ttab",
                "日本語のテキスト、한국어, العربية, русский текст x² ½",
                "㐀𠀀⺀々〇 a 汉b字 汉字",
                " leading and trailing ",
                "e\u0301 combining"));
        StarterCorpus corpus = new StarterCorpus(77);
        for (int i = 0; i < 500; i++) {
            corpus.next().forEach(message -> texts.add(message.content()));
        }
        return texts;
    }
}
