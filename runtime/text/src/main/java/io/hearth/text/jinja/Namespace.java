package io.hearth.text.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code namespace(...)} makes: the one value whose fields a template may assign. */
final class Namespace {
    final Map<String, Object> fields = new LinkedHashMap<>();
}
