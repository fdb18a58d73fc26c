package io.hearth.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates are not trusted: whatever they hold, they end soon, with a result or with this module's own exception. */
class TemplateLimitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static String render(String template, Limits limits) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("messages", List.of(Map.of("role", "user", "content", "你好 😀 hello")));
        variables.put("x", 5);
        variables.put("s", "aXbXc");
        variables.put("l", List.of(3, 1, 2));
        variables.put("none_value", null);
        return Template.parse(template)
                .render(variables, Clock.systemUTC(), limits)
                .text();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m() %}{% for i in range(9) %}{{ m() }}{% endfor %}{% endmacro %}{{ m() }}",
                "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{{ 'a' * 10 ** 9 }}",
                "{{ [1] * 10 ** 9 }}",
                "{{ 'a' * 10 ** 30 }}",
                "{{ 2 ** (10 ** 9) }}",
                "{{ 9 ** (9 ** 9) }}",
                "{{ (0 - 2) ** 999999999999 }}",
                "{{ range(10 ** 9) | list }}",
                "{{ 'x'.center(10 ** 9) }}",
                "{{ 'x'.zfill(999999999) }}",
                "{{ '%999999999d' | format(1) }}",
                "{{ 'x' | indent(10 ** 9, true) }}",
                "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('a', 'aaaa') %}{% endfor %}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}",
                "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}"
                        + "{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}",
                "{% set ns = namespace(l=1) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
                "{% set ns = namespace(l=1) %}{% for i in range(9999) %}{% set ns.l = {'a': ns.l} %}{% endfor %}{{ ns.l | tojson(indent=100) }}",
                "{% set a = 'a' * 9999999 %}{% for i in range(99999) %}{{ ('a' * 99999 + 'b') in a }}{% endfor %}",
                "{% set a = 'a' * 9999999 %}{% for i in range(99999) %}{{ a.count('b') }}{% endfor %}",
                "{% set a = 'a ' * 999999 %}{% for i in range(99999) %}{{ a.split() | length }}{% endfor %}",
                "{% set a = range(99999) | list %}{% for i in range(99999) %}{{ -1 in a }}{% endfor %}",
                "{{ range(99999) | map('string') | unique | list | length }}",
                "{% for i in range(99999) %}{{ 'abcdefghij' * 1000 }}{% endfor %}",
                "{% for i in range(99999) %}{{ range(99999) | sort | first }}{% endfor %}",
            })
    void whatRunsAwayEndsInAClearError(String template) {
        Assertions.assertTimeoutPreemptively(
                PATIENCE,
                () -> assertThatThrownBy(() -> render(template, Limits.DEFAULT))
                        .isInstanceOf(JinjaException.class)
                        .hasMessageStartingWith("template line 1: "));
    }

    @Test
    void nestingIsBoundedWhenParsed() {
        for (String open : List.of("(", "[", "{1:", "not ", "- ", "x[", "x(", "x if x else ", "{% if x %}")) {
            String template = (open.startsWith("{%") ? "" : "{{ ") + open.repeat(50_000);
            assertThatThrownBy(() -> Template.parse(template)).isInstanceOf(JinjaException.class);
        }
        for (String chain : List.of("+1", ".a", "[0]", "|list", " and 1", "()")) {
            String template = "{{ x" + chain.repeat(50_000) + " }}";
            assertThatThrownBy(() -> render(template, Limits.DEFAULT)).isInstanceOf(JinjaException.class);
        }
    }

    @Test
    void aTemplateNearItsLimitsStillRenders() {
        String thousand = "{% for i in range(1000) %}{{ i }},{% endfor %}";
        assertThat(render(thousand, Limits.DEFAULT)).startsWith("0,1,").endsWith("999,");
        assertThatThrownBy(() -> render(thousand, new Limits(1000, 1000, 1000, 50)))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining("does not come to an end");
        assertThatThrownBy(() -> render(thousand, new Limits(100_000, 100_000, 100, 50)))
                .hasMessageContaining("writes too much");
        assertThatThrownBy(() -> render(thousand, new Limits(100_000, 1000, 100_000, 50)))
                .hasMessageContaining("makes too much text");
    }

    @Test
    void nothingOfJavaIsReachable() {
        for (String member :
                List.of("class", "getClass", "bytes", "hashCode", "empty", "forEach", "entrySet", "fields")) {
            for (String value : List.of("s", "l", "messages[0]", "x", "namespace()", "range", "loop", "none_value")) {
                assertThat(render(
                                "{{ " + value + "." + member + " is defined if " + value + " is defined else false }}",
                                Limits.DEFAULT))
                        .isEqualTo("False");
            }
        }
    }

    @Test
    void generatedPartsAreFound() {
        Template template =
                Template.parse("a{% for i in [1, 2] %}{% generation %}g{{ i }}{% endgeneration %}-{% endfor %}");
        Template.Rendering rendering = template.render(Map.of(), Clock.systemUTC(), Limits.DEFAULT);
        assertThat(rendering.text()).isEqualTo("ag1-g2-");
        assertThat(rendering.generated()).containsExactly(new Template.Span(1, 3), new Template.Span(4, 6));
        Template moved = Template.parse("{% set x %}{% generation %}g{% endgeneration %}{% endset %}a{{ x }}");
        assertThat(moved.render(Map.of(), Clock.systemUTC(), Limits.DEFAULT).generated())
                .isEmpty();
    }
}
