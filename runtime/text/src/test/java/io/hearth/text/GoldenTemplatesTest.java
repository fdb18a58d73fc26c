package io.hearth.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.hearth.text.jinja.JinjaException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every case must give what the reference implementation gave, byte for byte, and fail where it failed. */
@SuppressWarnings("unchecked")
public class GoldenTemplatesTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-03-09T08:05:07Z"), ZoneOffset.UTC);

    private static Map<String, Object> golden() throws Exception {
        try (InputStream in = GoldenTemplatesTest.class.getResourceAsStream("chat_templates.json")) {
            return (Map<String, Object>) JsonText.plain(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void holdsAllCases() throws Exception {
        assertThat((List<?>) golden().get("cases")).hasSize(83);
    }

    @TestFactory
    List<DynamicTest> agreesWithTheReference() throws Exception {
        Map<String, Object> golden = golden();
        Map<String, Object> templates = (Map<String, Object>) golden.get("templates");
        List<DynamicTest> tests = new ArrayList<>();
        for (Map<String, Object> example : (List<Map<String, Object>>) golden.get("cases")) {
            Map<String, Object> template =
                    (Map<String, Object>) templates.getOrDefault(example.get("template"), Map.of());
            tests.add(DynamicTest.dynamicTest(
                    example.get("template") + " " + example.get("case"), () -> check(template, example)));
        }
        return tests;
    }

    private static void check(Map<String, Object> template, Map<String, Object> example) {
        Map<String, String> tokens = new LinkedHashMap<>();
        ((Map<String, Object>) template.getOrDefault("special_tokens", Map.of())).forEach((name, token) -> {
            if (token != null) {
                tokens.put(name, (String) token);
            }
        });
        String text = (String) example.getOrDefault("chat_template", template.get("chat_template"));
        ChatTemplate chat = ChatTemplate.of(text, tokens).withClock(CLOCK);
        if (example.containsKey("rendered")) {
            assertThat(render(chat, example)).isEqualTo(example.get("rendered"));
            return;
        }
        Map<String, Object> error = (Map<String, Object>) example.get("error");
        JinjaException thrown = catchThrowableOfType(JinjaException.class, () -> render(chat, example));
        assertThat(thrown).isNotNull();
        assertThat(thrown.raisedByTemplate()).isEqualTo(error.get("raised_by_template"));
        if (thrown.raisedByTemplate()) {
            assertThat(thrown).hasMessage((String) error.get("message"));
        }
    }

    private static String render(ChatTemplate chat, Map<String, Object> example) {
        return chat.render(
                        (List<Map<String, Object>>) example.get("messages"),
                        (List<Object>) example.get("tools"),
                        (Boolean) example.get("add_generation_prompt"),
                        (Map<String, Object>) example.get("kwargs"))
                .text();
    }
}
