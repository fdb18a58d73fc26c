package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import io.hearth.ui.shell.Figures;
import java.util.List;

/** Bars with their figures beside them, so that nothing has to be guessed from their length. */
final class Histogram extends Div {
    /** A bar. */
    record Bar(String label, long count) {}

    Histogram(List<Bar> bars) {
        long most = bars.stream().mapToLong(Bar::count).max().orElse(0);
        getStyle()
                .set("display", "grid")
                .set("grid-template-columns", "max-content minmax(0, 1fr) max-content")
                .set("gap", "0.2rem 0.75rem")
                .set("align-items", "center")
                .set("max-width", "44rem");
        for (Bar bar : bars) {
            Span label = new Span(bar.label());
            label.addClassName("hearth-secondary");
            label.getStyle().set("text-align", "end");
            Div line = new Div();
            line.getStyle()
                    .set("height", "0.8rem")
                    .set("border-radius", "0.2rem")
                    .set("background", "var(--hearth-busy)")
                    .set(
                            "width",
                            most == 0 ? "0" : Math.max(bar.count() > 0 ? 0.5 : 0, 100.0 * bar.count() / most) + "%");
            line.getElement().setAttribute("aria-hidden", "true");
            add(label, line, new Span(Figures.here().count(bar.count())));
        }
    }
}
