package io.hearth.text;

import io.hearth.text.jinja.Limits;
import io.hearth.text.jinja.Template;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A checkpoint's chat template: a conversation to the text that the model reads. Immutable and thread-safe. */
public final class ChatTemplate {
    private final Template template;
    private final Map<String, String> specialTokens;
    private final Clock clock;
    private final Limits limits;

    private ChatTemplate(Template template, Map<String, String> specialTokens, Clock clock, Limits limits) {
        this.template = template;
        this.specialTokens = specialTokens;
        this.clock = clock;
        this.limits = limits;
    }

    /**
     * Parses a template.
     *
     * @param specialTokens what the template sees as {@code bos_token}, {@code eos_token} and the like
     * @throws TextException if it is not a template
     */
    public static ChatTemplate of(String template, Map<String, String> specialTokens) {
        return new ChatTemplate(
                Template.parse(template), Map.copyOf(specialTokens), Clock.systemDefaultZone(), Limits.DEFAULT);
    }

    /** The same template with another clock, which templates read through {@code strftime_now}. */
    public ChatTemplate withClock(Clock clock) {
        return new ChatTemplate(template, specialTokens, clock, limits);
    }

    public ChatTemplate withLimits(Limits limits) {
        return new ChatTemplate(template, specialTokens, clock, limits);
    }

    /**
     * Renders a conversation.
     *
     * @param messages OpenAI's messages as plain values (String, number, Boolean, List, Map, null)
     * @param tools function definitions the model may call, or null
     * @param addGenerationPrompt whether to end with the opening of the assistant's turn
     * @param extra further variables, such as {@code enable_thinking}
     * @throws TextException if the template refuses the conversation or fails
     */
    public Template.Rendering render(
            List<? extends Map<String, ?>> messages, List<?> tools, boolean addGenerationPrompt, Map<String, ?> extra) {
        Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
        variables.put("messages", messages);
        variables.put("tools", tools);
        variables.put("documents", null);
        variables.put("add_generation_prompt", addGenerationPrompt);
        variables.putAll(extra);
        return template.render(variables, clock, limits);
    }
}
