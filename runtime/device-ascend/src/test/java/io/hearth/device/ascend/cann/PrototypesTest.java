package io.hearth.device.ascend.cann;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Functions of the runtime are declared as CANN's headers have them. */
class PrototypesTest {
    private static final List<Class<?>> CALLS = List.of(
            RuntimeCalls.class,
            OptionalCalls.Timeout.class,
            OptionalCalls.Version.class,
            OptionalCalls.Attribute.class,
            CaptureCalls.class,
            ObjectCalls.class,
            ReuseCalls.class);

    private static Map<String, String> published() throws IOException {
        try (var in = PrototypesTest.class.getResourceAsStream("/acl-prototypes.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.toMap(line -> line.replaceAll("^.*?(\\w+)\\(.*$", "$1"), line -> line));
        }
    }

    private static Class<?> javaType(String declared) {
        if (declared.contains("*")
                || declared.matches(".*\\b(size_t|u?int64_t|aclrtStream|aclrtEvent|aclmdlRI|aclrtContext)\\b.*")) {
            return long.class;
        }
        return int.class;
    }

    @Test
    void everyFunctionIsDeclaredAsPublished() throws IOException {
        Map<String, String> published = published();
        Stream<Method> natives = CALLS.stream()
                .flatMap(calls -> Arrays.stream(calls.getDeclaredMethods()))
                .filter(method -> Modifier.isNative(method.getModifiers()));
        for (Method method : natives.toList()) {
            String prototype = published.get(method.getName());
            assertThat(prototype).as(method.getName()).isNotNull();
            String parameters = prototype.substring(prototype.indexOf('(') + 1, prototype.lastIndexOf(')'));
            List<Class<?>> types = parameters.isBlank() || parameters.equals("void")
                    ? List.of()
                    : Arrays.stream(parameters.split(","))
                            .<Class<?>>map(PrototypesTest::javaType)
                            .toList();
            assertThat(method.getParameterTypes()).as(prototype).containsExactlyElementsOf(types);
            assertThat(method.getReturnType())
                    .as(prototype)
                    .isEqualTo(javaType(prototype.substring(0, prototype.indexOf(method.getName()))));
        }
    }

    @Test
    void theTableOfSymbolsHasThemAll() {
        List<String> names =
                CALLS.stream().flatMap(calls -> Natives.names(calls).stream()).toList();
        assertThat(Symbols.all().stream().map(Symbols.Symbol::name))
                .containsAll(names)
                .doesNotHaveDuplicates();
    }
}
