package io.hearth.worker.http;

import io.hearth.engine.serve.TokenText;
import io.hearth.text.ChatRenderer;
import io.hearth.text.IncrementalDecoder;
import io.hearth.text.TextException;
import io.hearth.text.Tokenizer;
import java.util.List;
import java.util.Map;

/** The text side of a model from its own tokenizer and chat template. */
public final class ModelText implements TextCodec {
    private final Tokenizer tokenizer;
    private final ChatRenderer renderer;

    /** @param renderer null for a base model without a chat template: it takes plain prompts only */
    private ModelText(Tokenizer tokenizer, ChatRenderer renderer) {
        this.tokenizer = tokenizer;
        this.renderer = renderer;
    }

    /**
     * @throws TextException with a sentence if the model has a chat template that cannot work
     */
    public static ModelText of(Tokenizer tokenizer) {
        return new ModelText(tokenizer, tokenizer.chatTemplate().isPresent() ? ChatRenderer.of(tokenizer) : null);
    }

    boolean canChat() {
        return renderer != null;
    }

    @Override
    public int[] encodeChat(List<Map<String, Object>> messages, List<Object> tools, Map<String, Object> variables) {
        if (renderer == null) {
            throw new TextException(
                    "This model has no chat template, so it takes no messages: use /v1/completions with a prompt.");
        }
        return renderer.encodePrompt(messages, tools, true, variables);
    }

    @Override
    public int[] encodeText(String text) {
        return tokenizer.encodeDocument(text);
    }

    @Override
    public TokenText decoder() {
        IncrementalDecoder decoder = new IncrementalDecoder(tokenizer, true);
        return new TokenText() {
            @Override
            public String accept(int token) {
                return decoder.add(token);
            }

            @Override
            public String finish() {
                return decoder.flush();
            }
        };
    }
}
