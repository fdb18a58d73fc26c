package io.hearth.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random templates give a result or this module's own exception, and never hang. */
class TemplateFuzzTest {
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
