package io.hearth.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.text.GoldenTemplatesTest;
import io.hearth.text.JsonText;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Short templates, with what jinja2 3.1.6 makes of them in the environment that checkpoints are published for. */
@SuppressWarnings("unchecked")
class JinjaReferenceTest {
    @TestFactory
    List<DynamicTest> agreesWithTheReference() throws Exception {
        Map<String, Object> reference;
        try (InputStream in = GoldenTemplatesTest.class.getResourceAsStream("jinja_reference.json")) {
            reference = (Map<String, Object>) JsonText.plain(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        Map<String, Object> variables = (Map<String, Object>) reference.get("variables");
        List<DynamicTest> tests = new ArrayList<>();
        for (Map<String, Object> example : (List<Map<String, Object>>) reference.get("cases")) {
            String template = (String) example.get("template");
            tests.add(DynamicTest.dynamicTest(tests.size() + " [" + template + "]", () -> {
                if (example.containsKey("error")) {
                    assertThatThrownBy(() -> render(template, variables)).isInstanceOf(JinjaException.class);
                } else {
                    assertThat(render(template, variables)).isEqualTo(example.get("rendered"));
                }
            }));
        }
        return tests;
    }

    private static String render(String template, Map<String, Object> variables) {
        return Template.parse(template)
                .render(variables, Clock.systemUTC(), Limits.DEFAULT)
                .text();
    }
}
