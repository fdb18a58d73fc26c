package io.hearth.starter;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;

/** Makes the starter model's tokenizer and writes it as Hugging Face tokenizer files. */
public final class StarterTokenizer {
    /** The seed of the text the tokenizer is learned from. */
    public static final long SEED = 11;
    /** How many conversations that text has. */
    public static final int DOCUMENTS = 40_000;

    static final int MAX_VOCABULARY = 2816;
    static final int MIN_FREQUENCY = 20;
    /** Plain ChatML. */
    static final String CHAT_TEMPLATE =
            "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>'"
                    + " + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /** The longest text the model is made for, in tokens. */
    static final int MAX_POSITIONS = 1024;

    private StarterTokenizer() {}

    /** Learns the vocabulary from the first {@code documents} conversations of the corpus of {@code seed}. */
    public static BytePairVocabulary train(long seed, int documents) {
        BytePairTrainer trainer = new BytePairTrainer();
        StarterCorpus corpus = new StarterCorpus(seed);
        for (int i = 0; i < documents; i++) {
            corpus.next().forEach(message -> trainer.add(message.content(), 1));
        }
        for (String role : new String[] {"user", "assistant", "system"}) {
            trainer.add(role, documents);
        }
        return trainer.train(MAX_VOCABULARY, MIN_FREQUENCY);
    }

    /** Writes {@code tokenizer.json} and {@code tokenizer_config.json} into a directory. */
    public static void write(BytePairVocabulary vocabulary, Path directory) throws IOException {
        WholeFile.writeJson(directory.resolve("tokenizer.json"), tokenizer(vocabulary));
        WholeFile.writeJson(directory.resolve("tokenizer_config.json"), config());
    }

    private static ObjectNode tokenizer(BytePairVocabulary vocabulary) {
        ObjectNode root = Resources.JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < BytePairVocabulary.SPECIAL_TOKENS.size(); id++) {
            added.add(addedToken(BytePairVocabulary.SPECIAL_TOKENS.get(id)).put("id", id));
        }
        root.putNull("normalizer");
        ObjectNode preTokenizer = root.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = preTokenizer.putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", PieceSplitter.EXPRESSION);
        split.put("behavior", "Isolated").put("invert", false);
        byteLevel(steps.addObject());
        root.putNull("post_processor");
        byteLevel(root.putObject("decoder"));
        model(root.putObject("model"), vocabulary);
        return root;
    }

    private static ObjectNode addedToken(String content) {
        return Resources.JSON
                .createObjectNode()
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
    }

    private static void model(ObjectNode model, BytePairVocabulary vocabulary) {
        model.put("type", "BPE");
        for (String unused : new String[] {"dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"}) {
            model.putNull(unused);
        }
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode ids = model.putObject("vocab");
        for (int id = 0; id < vocabulary.tokens().size(); id++) {
            ids.put(vocabulary.tokens().get(id), id);
        }
        ArrayNode merges = model.putArray("merges");
        vocabulary.merges().forEach(merge -> merges.add(merge.left() + " " + merge.right()));
    }

    private static ObjectNode config() {
        ObjectNode config = Resources.JSON.createObjectNode();
        ObjectNode added = config.putObject("added_tokens_decoder");
        for (int id = 0; id < BytePairVocabulary.SPECIAL_TOKENS.size(); id++) {
            added.set(Integer.toString(id), addedToken(BytePairVocabulary.SPECIAL_TOKENS.get(id)));
        }
        config.putNull("bos_token");
        config.put("eos_token", BytePairVocabulary.MESSAGE_END);
        config.put("pad_token", BytePairVocabulary.END_OF_TEXT);
        config.putNull("unk_token");
        config.put("add_bos_token", false);
        config.put("add_prefix_space", false);
        config.put("clean_up_tokenization_spaces", false);
        config.put("model_max_length", MAX_POSITIONS);
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("chat_template", CHAT_TEMPLATE);
        return config;
    }
}
