package io.hearth.text;

import io.hearth.text.jinja.JinjaException;
import io.hearth.text.jinja.Template.Rendering;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The one way from a conversation to tokens: training, serving and previews all go through here, so that a model is
 * asked in the form it was taught. Thread-safe.
 *
 * <p>Text of messages cannot forge turns: where it holds the text of a special token, that text is encoded as ordinary
 * characters.
 */
public final class ChatRenderer {
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final Map<String, Object> defaults;

    /** @param defaults template variables for every conversation, such as {@code enable_thinking} */
    public ChatRenderer(Tokenizer tokenizer, ChatTemplate template, Map<String, ?> defaults) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.defaults = new LinkedHashMap<>(defaults);
    }

    /**
     * The renderer for a checkpoint with its own template.
     *
     * @throws TextException if the checkpoint has none, or a broken one
     */
    public static ChatRenderer of(Tokenizer tokenizer) {
        String template = tokenizer
                .chatTemplate()
                .orElseThrow(() -> new TextException("The model has no chat template: add chat_template.jinja to its"
                        + " directory, or send plain prompts instead of messages."));
        ChatRenderer renderer =
                new ChatRenderer(tokenizer, ChatTemplate.of(template, tokenizer.namedTokens()), Map.of());
        renderer.check();
        return renderer;
    }

    /** Fails now, rather than at every request and every row, where a template cannot work at all. */
    private void check() {
        try {
            render(List.of(Map.of("role", "user", "content", "Hello")), null, true, Map.of());
        } catch (JinjaException e) {
            throw new TextException(
                    "The model's chat template cannot render a simple question (" + e.getMessage()
                            + "): mend the template in the model's directory, or copy it again from the model's source.",
                    e);
        }
    }

    /**
     * The tokens of a prompt.
     *
     * @param messages OpenAI's messages as plain values
     * @param tools function definitions the model may call, or null
     * @param addGenerationPrompt whether to end with the opening of the assistant's turn
     */
    public int[] encodePrompt(List<? extends Map<String, ?>> messages, List<?> tools, boolean addGenerationPrompt) {
        return encodePrompt(messages, tools, addGenerationPrompt, Map.of());
    }

    /** As above, with template variables for this conversation alone. */
    public int[] encodePrompt(
            List<? extends Map<String, ?>> messages, List<?> tools, boolean addGenerationPrompt, Map<String, ?> extra) {
        return encode(render(messages, tools, addGenerationPrompt, extra).text());
    }

    /**
     * The text of a conversation with its {@code generation} spans. Special tokens within the messages' own text are
     * broken up by {@link OrdinaryText#MARK}; {@link OrdinaryText#readable} takes the marks out.
     */
    public Rendering render(
            List<? extends Map<String, ?>> messages, List<?> tools, boolean addGenerationPrompt, Map<String, ?> extra) {
        Map<String, Object> variables = new LinkedHashMap<>(defaults);
        variables.putAll(extra);
        OrdinaryText ordinary = new OrdinaryText(tokenizer.specialTokens());
        return template.render(
                ordinary.guardMessages(ToolCalls.normalise(messages)),
                ordinary.guardList(tools),
                addGenerationPrompt,
                variables);
    }

    /** The tokens of rendered text. */
    public int[] encode(String rendered) {
        return OrdinaryText.encode(rendered, tokenizer);
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }
}
