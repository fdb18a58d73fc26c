package io.hearth.starter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.hearth.text.ChatTemplate;
import io.hearth.text.Tokenizer;
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

    @Test
    void theChatTemplateIsChatMlAndCorpusCountCountsItsTokens() {
        StarterCorpus corpus = new StarterCorpus(5);
        try (Tokenizer served = Tokenizer.load(directory)) {
            ChatTemplate template = ChatTemplate.of(served.chatTemplate().orElseThrow(), served.namedTokens());
            List<Map<String, String>> messages =
                    List.of(Map.of("role", "user", "content", "问 ?"), Map.of("role", "assistant", "content", "答"));
            assertThat(template.render(messages, null, false, Map.of()).text())
                    .isEqualTo("<|im_start|>user\n问 ?<|im_end|>\n<|im_start|>assistant\n答<|im_end|>\n");
            assertThat(template.render(messages.subList(0, 1), null, true, Map.of())
                            .text())
                    .isEqualTo("<|im_start|>user\n问 ?<|im_end|>\n<|im_start|>assistant\n");
            assertThat(served.eosId()).hasValue(2);
            assertThat(served.padId()).hasValue(0);

            long tokens = 0;
            for (int i = 0; i < 50; i++) {
                List<Map<String, String>> rendered = corpus.next().stream()
                        .map(message -> Map.of("role", message.role(), "content", message.content()))
                        .toList();
                tokens += served.encode(
                                template.render(rendered, null, false, Map.of()).text())
                        .length;
            }
            assertThat(CorpusCount.of(new StarterCorpus(5), 50, vocabulary.encoder())
                            .tokens())
                    .isEqualTo(tokens);
        }
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
