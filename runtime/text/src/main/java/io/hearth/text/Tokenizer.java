package io.hearth.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A checkpoint's tokenizer: text to token ids and back. Safe for use by several threads. Works without a network.
 */
public final class Tokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer library;
    private final Vocabulary vocabulary;
    private final TokenizerConfig config;
    private final int[] documentStart;
    private boolean closed;

    private Tokenizer(HuggingFaceTokenizer library, Vocabulary vocabulary, TokenizerConfig config) {
        this.library = library;
        this.vocabulary = vocabulary;
        this.config = config;
        this.documentStart = documentStart();
    }

    /**
     * Reads {@code tokenizer.json} and the files beside it.
     *
     * @param modelDirectory a model in Hugging Face's layout
     * @throws TextException if the directory has no tokenizer, or a file of it is broken
     */
    public static Tokenizer load(Path modelDirectory) {
        Path file = modelDirectory.resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            throw new TextException("The model directory " + modelDirectory + " has no tokenizer.json: copy the"
                    + " tokenizer's files beside the weights.");
        }
        Vocabulary vocabulary = Vocabulary.read(file);
        TokenizerConfig config = TokenizerConfig.read(modelDirectory);
        NativeTokenizers.configure();
        // Unless told otherwise the library cuts every text at 512 tokens.
        Map<String, String> options = Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");
        try (InputStream in = Files.newInputStream(file)) {
            return new Tokenizer(HuggingFaceTokenizer.newInstance(in, options), vocabulary, config);
        } catch (IOException | RuntimeException e) {
            throw new TextException(
                    "The file " + file + " is not a tokenizer that can be used (" + e.getMessage()
                            + "): copy it again from the model's source.",
                    e);
        } catch (LinkageError e) {
            throw new TextException(
                    "The tokenizer library cannot be loaded on this machine (" + e.getMessage()
                            + "): it needs 64-bit Linux with glibc 2.34 or newer and a cache folder from which"
                            + " libraries may be loaded; set HEARTH_HOME to such a folder.",
                    e);
        }
    }

    /**
     * The token ids of a text. Nothing is added and nothing cut; the text of a special token, as chat templates write
     * it, becomes that token.
     */
    public int[] encode(String text) {
        return encode(text, false);
    }

    /** The token ids of a text that stands for itself: as {@link #encode}, after the tokens that begin a document. */
    public int[] encodeDocument(String text) {
        int[] ids = encode(text);
        int[] document = new int[documentStart.length + ids.length];
        System.arraycopy(documentStart, 0, document, 0, documentStart.length);
        System.arraycopy(ids, 0, document, documentStart.length, ids.length);
        return document;
    }

    private int[] encode(String text, boolean addSpecialTokens) {
        requireOpen();
        long[] ids =
                library.encode(WellFormed.repair(text), addSpecialTokens, false).getIds();
        int[] result = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            result[i] = Math.toIntExact(ids[i]);
        }
        return result;
    }

    /** The beginning-of-text token, where this tokenizer itself puts it before a text. */
    private int[] documentStart() {
        int[] empty = encode("", true);
        OptionalInt bos = bosId();
        return empty.length > 0 && bos.isPresent() && empty[0] == bos.getAsInt() ? new int[] {empty[0]} : new int[0];
    }

    /**
     * The text of token ids. Bytes that are not whole characters become U+FFFD; ids outside of the vocabulary become
     * nothing.
     *
     * @param skipSpecialTokens leaves out the tokens marked as special
     */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        requireOpen();
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return library.decode(wide, skipSpecialTokens);
    }

    /** One more than the largest token id. A model's embedding may have more rows, never fewer. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** The id of a token, written as {@code tokenizer.json} writes it. */
    public OptionalInt idOf(String token) {
        Integer id = vocabulary.ids().get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The added tokens that are marked as special. */
    public Set<String> specialTokens() {
        return vocabulary.special();
    }

    /** {@code bos_token}, {@code eos_token} and the like by name, as chat templates read them. */
    public Map<String, String> namedTokens() {
        return config.specialTokens();
    }

    public Optional<String> bosToken() {
        return named("bos_token");
    }

    public Optional<String> eosToken() {
        return named("eos_token");
    }

    public Optional<String> padToken() {
        return named("pad_token");
    }

    public OptionalInt bosId() {
        return id(bosToken());
    }

    public OptionalInt eosId() {
        return id(eosToken());
    }

    public OptionalInt padId() {
        return id(padToken());
    }

    /** The chat template that comes with the tokenizer. */
    public Optional<String> chatTemplate() {
        return config.chatTemplate();
    }

    private Optional<String> named(String name) {
        return Optional.ofNullable(config.specialTokens().get(name));
    }

    private OptionalInt id(Optional<String> token) {
        return token.isPresent() ? idOf(token.get()) : OptionalInt.empty();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the tokenizer is closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            library.close();
        }
    }
}
