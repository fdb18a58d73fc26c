package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.function.LongConsumer;

/** Goes through a long list page by page. */
final class Pager extends Div {
    private final int size;
    private final Button back = new Button();
    private final Button on = new Button();
    private final Span where = new Span();
    private long offset;
    private long total;

    /** @param show is given the first item of the page to show, and calls {@link #of} with the number of all */
    Pager(int size, LongConsumer show) {
        this.size = size;
        addClassName("hearth-actions");
        back.addClickListener(clicked -> {
            offset = Math.max(0, offset - size);
            show.accept(offset);
        });
        on.addClickListener(clicked -> {
            offset += size;
            show.accept(offset);
        });
        add(back, where, on);
        Wording.of(this)
                .text(back::setText, "datasets.page.back")
                .text(on::setText, "datasets.page.on")
                .always(this::say);
    }

    /** Tells how many items there are, and where this page begins. */
    void of(long all, long from) {
        total = all;
        offset = from;
        say();
    }

    private void say() {
        setVisible(total > size);
        back.setEnabled(offset > 0);
        on.setEnabled(offset + size < total);
        Figures figures = Figures.here();
        where.setText(Language.say(
                "datasets.page.where",
                figures.count(total == 0 ? 0 : offset + 1),
                figures.count(Math.min(total, offset + size)),
                figures.count(total)));
    }
}
