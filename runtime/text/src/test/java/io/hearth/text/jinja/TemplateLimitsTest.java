package io.hearth.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

    @Test
    void randomTemplatesNeverThrowAnythingElse() {
        String[] parts = {
            "{{ ",
            " }}",
            "{% ",
            " %}",
            "{%- ",
            " -%}",
            "{# ",
            " #}",
            "if ",
            "for ",
            "i in ",
            "x",
            "s",
            "l",
            "messages",
            "else",
            "endif",
            "endfor",
            "set ",
            "endset",
            "macro m(a, b=1)",
            "endmacro",
            "m(1)",
            "call m()",
            "endcall",
            "generation",
            "endgeneration",
            "filter upper",
            "endfilter",
            "raw",
            "endraw",
            "break",
            "continue",
            "loop",
            "loop.index",
            "namespace(a=1)",
            "ns.a",
            " = ",
            "==",
            "+",
            "-",
            "*",
            "**",
            "/",
            "//",
            "%",
            "~",
            "|",
            "is ",
            "not ",
            "in ",
            "and ",
            "or ",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            ".",
            "'a'",
            "\"b\"",
            "'%s'",
            "1",
            "0",
            "2.5",
            "99999999",
            "-1",
            "true",
            "none",
            "undefined_name",
            "range(3)",
            "length",
            "list",
            "tojson",
            "join",
            "sort",
            "map",
            "select",
            "selectattr",
            "format",
            "replace",
            "default",
            "trim",
            "int",
            "split",
            "items()",
            "content",
            "role",
            "defined",
            "string",
            "mapping",
            "\n",
            " ",
            "recursive",
            "with a=1",
            "endwith",
            "'\\u4e2d'",
            "😀",
            "\\",
            "'",
            "\"",
            "$",
            "raise_exception('r')",
            "strftime_now('%d %b')",
            "caller()",
            "varargs",
            "[::-1]",
            "[1:]",
            "batch(2)",
            "round",
            "{% if x %}",
            "{% endif %}",
            "{% for i in l %}",
            "{% endfor %}",
            "{{ i }}",
            "{{ s|",
            "{{ l|",
            "{{ messages|",
        };
        long seed = 918273;
        Random random = new Random(seed);
        Limits limits = new Limits(20_000, 200_000, 50_000, 60);
        int rendered = 0;
        for (int round = 0; round < 12_000; round++) {
            StringBuilder template = new StringBuilder();
            for (int i = random.nextInt(14); i >= 0; i--) {
                template.append(parts[random.nextInt(parts.length)]);
            }
            if (random.nextInt(3) > 0) {
                template.insert(0, "{{ ").append(" }}");
            }
            try {
                render(template.toString(), limits);
                rendered++;
            } catch (JinjaException e) {
                assertThat(e.getMessage()).isNotNull();
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " round " + round + ": " + template, e);
            }
        }
        assertThat(rendered).isGreaterThan(300);
    }

    @Test
    void everyFilterTestAndMethodTakesAnyArguments() {
        List<String> values = List.of(
                "x",
                "s",
                "l",
                "none_value",
                "messages[0]",
                "undefined_name",
                "2.5",
                "-3",
                "true",
                "(1, 'a')",
                "{}",
                "(l | map('string'))",
                "range",
                "namespace(a=1)",
                "''",
                "10 ** 40");
        List<String> filters = List.of(
                "tojson",
                "default",
                "string",
                "trim",
                "upper",
                "capitalize",
                "title",
                "replace",
                "indent",
                "format",
                "escape",
                "urlencode",
                "wordcount",
                "length",
                "abs",
                "int",
                "float",
                "round",
                "attr",
                "items",
                "dictsort",
                "list",
                "join",
                "first",
                "last",
                "reverse",
                "sort",
                "unique",
                "min",
                "max",
                "sum",
                "map",
                "select",
                "reject",
                "selectattr",
                "rejectattr",
                "groupby",
                "batch");
        List<String> tests = List.of(
                "defined",
                "none",
                "string",
                "eq",
                "lt",
                "in",
                "sameas",
                "divisibleby",
                "even",
                "odd",
                "lower",
                "upper",
                "true");
        List<String> methods = List.of(
                "upper",
                "strip",
                "split",
                "rsplit",
                "splitlines",
                "startswith",
                "removeprefix",
                "replace",
                "join",
                "find",
                "rindex",
                "count",
                "partition",
                "zfill",
                "ljust",
                "center",
                "isalpha",
                "format",
                "get",
                "items",
                "keys",
                "values",
                "copy",
                "index",
                "append",
                "isupper");
        long seed = 5566;
        Random random = new Random(seed);
        Limits limits = new Limits(20_000, 200_000, 50_000, 60);
        int rendered = 0;
        for (int round = 0; round < 12_000; round++) {
            StringBuilder arguments = new StringBuilder("(");
            for (int i = random.nextInt(4); i > 0; i--) {
                arguments
                        .append(random.nextInt(8) == 0 ? "default=" : "")
                        .append(pick(values, random))
                        .append(", ");
            }
            arguments.append(")");
            String value = pick(values, random);
            String expression = switch (random.nextInt(4)) {
                case 0 -> value + " | " + pick(filters, random) + arguments;
                case 1 -> value + " is " + pick(tests, random) + arguments;
                case 2 -> "(" + value + ")." + pick(methods, random) + arguments;
                default ->
                    "(" + value + ")"
                            + pick(List.of("+", "-", "*", "/", "//", "%", "**", "<", "in", "~"), random)
                                    .transform(o -> " " + o + " ")
                            + "(" + pick(values, random) + ")";
            };
            String template = "{{ " + expression + " }}";
            try {
                render(template, limits);
                rendered++;
            } catch (JinjaException e) {
                assertThat(e.getMessage()).isNotNull();
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " round " + round + ": " + template, e);
            }
        }
        assertThat(rendered).isGreaterThan(1000);
    }

    private static String pick(List<String> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }
}
