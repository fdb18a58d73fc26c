package io.hearth.text.jinja;

import java.util.List;

/** What filters such as {@code map} and {@code select} give: iterable once, without a length, always true. */
final class OneShot {
    private List<Object> items;

    OneShot(List<Object> items) {
        this.items = items;
    }

    List<Object> take() {
        List<Object> taken = items;
        items = List.of();
        return taken;
    }
}
