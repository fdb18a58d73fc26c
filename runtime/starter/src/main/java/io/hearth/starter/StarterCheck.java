package io.hearth.starter;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.engine.eval.ServedAnswers;
import io.hearth.engine.eval.TokenTrace;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.serve.EngineLimits;
import io.hearth.engine.serve.InferenceEngine;
import io.hearth.engine.serve.ModelStepRunner;
import io.hearth.text.ChatRenderer;
import io.hearth.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What the starter model has learnt: conversations that it never saw, their last answers compared word for word. */
final class StarterCheck {
    private static final int CONTEXT = 512;
    private static final int ANSWER = 96;
    private static final int BLOCK = 128;

    /**
     * Answers that were exactly right.
     *
     * @param right number of exact answers
     * @param asked number of questions
     */
    record Score(int right, int asked) {
        double percent() {
            return asked == 0 ? 0 : 100.0 * right / asked;
        }
    }

    private StarterCheck() {}

    /**
     * Asks the last question of each of so many conversations.
     *
     * @param seed not that of the training corpus
     */
    static Score run(Path directory, int documents, long seed) {
        StarterCorpus corpus = new StarterCorpus(seed);
        List<List<Message>> conversations = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            conversations.add(corpus.next());
        }
        try (Device device = Devices.open(Devices.discover().cards().getFirst().id());
                LoadedModel model = LoadedModel.load(device, directory, DType.F32, CONTEXT, false);
                Tokenizer tokenizer = Tokenizer.load(directory)) {
            EngineLimits limits = new EngineLimits(
                    CONTEXT, model.config().vocabSize(), 0, 32 * CONTEXT / BLOCK, BLOCK, 32, 2048, documents);
            try (InferenceEngine engine = new InferenceEngine(limits, new ModelStepRunner(model, null, limits))) {
                ServedAnswers answers = new ServedAnswers(engine, model.config());
                return score(conversations, answers.answer(prompts(conversations, tokenizer), -1, ANSWER), tokenizer);
            }
        }
    }

    private static List<int[]> prompts(List<List<Message>> conversations, Tokenizer tokenizer) {
        ChatRenderer renderer = ChatRenderer.of(tokenizer);
        return conversations.stream()
                .map(messages -> renderer.encodePrompt(
                        messages.subList(0, messages.size() - 1).stream()
                                .map(message -> Map.of("role", message.role(), "content", message.content()))
                                .toList(),
                        null,
                        true))
                .toList();
    }

    private static Score score(List<List<Message>> conversations, List<TokenTrace> traces, Tokenizer tokenizer) {
        int right = 0;
        for (int i = 0; i < traces.size(); i++) {
            int[] answer = traces.get(i).answer();
            boolean ended = answer.length > 0
                    && answer[answer.length - 1] == tokenizer.eosId().orElse(-1);
            int[] said = Arrays.copyOf(answer, ended ? answer.length - 1 : answer.length);
            if (tokenizer
                    .decode(said, true)
                    .equals(conversations.get(i).getLast().content())) {
                right++;
            }
        }
        return new Score(right, traces.size());
    }
}
