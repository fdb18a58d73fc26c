package io.hearth.device.ascend.aclnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.ascend.aclnn.bindings.Signature;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A wrong type in a binding would corrupt every argument behind it without a word. */
class BindingsTest {
    private static final Map<String, Class<?>> TYPES = Map.of(
            "i64", long.class,
            "u64", long.class,
            "i8", byte.class,
            "int", int.class,
            "dt", int.class,
            "bool", byte.class,
            "double", double.class,
            "float", float.class);

    private static Map<String, String> published() {
        try (var in = BindingsTest.class.getResourceAsStream("/aclnn-signatures.txt")) {
            Map<String, String> signatures = new LinkedHashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> signatures.put(
                            line.substring(0, line.indexOf('(')),
                            line.substring(line.indexOf('(') + 1, line.length() - 1)));
            return signatures;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Operator> operators() {
        return Arrays.stream(AclnnOperators.class.getFields()).map(BindingsTest::value);
    }

    private static Operator value(Field constant) {
        try {
            return (Operator) constant.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("operators")
    void bothPhasesAreAsPublished(Operator operator) {
        String signature = published().get(operator.name());
        assertThat(operator.binding().getAnnotation(Signature.class).value()).isEqualTo(signature);
        List<Class<?>> types = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String declared : signature.split(", ")) {
            types.add(TYPES.getOrDefault(declared.split(" ")[0], long.class));
            names.add(declared.split(" ")[1]);
        }
        types.addAll(List.of(long.class, long.class));
        names.addAll(List.of("workspaceSize", "executor"));
        Method first = method(operator.binding(), operator.name() + "GetWorkspaceSize");
        assertThat(first.getParameterTypes()).containsExactlyElementsOf(types);
        assertThat(Arrays.stream(first.getParameters()).map(Parameter::getName)).containsExactlyElementsOf(names);
        Method second = method(operator.binding(), operator.name());
        assertThat(second.getParameterTypes()).containsExactly(long.class, long.class, long.class, long.class);
        assertThat(List.of(first.getReturnType(), second.getReturnType())).containsOnly(int.class);
    }

    private static Method method(Class<?> binding, String name) {
        Method found = Arrays.stream(binding.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
        assertThat(Modifier.isNative(found.getModifiers()) && Modifier.isStatic(found.getModifiers()))
                .isTrue();
        return found;
    }

    @Test
    void constantsAreNamedAfterTheirOperators() {
        for (Field constant : AclnnOperators.class.getFields()) {
            String name = value(constant).name().substring("aclnn".length());
            assertThat(constant.getName().replace("_", "")).isEqualToIgnoringCase(name);
        }
    }

    @Test
    void everyPublishedOperatorIsBound() {
        assertThat(operators().map(Operator::name))
                .containsExactlyInAnyOrderElementsOf(published().keySet());
    }
}
