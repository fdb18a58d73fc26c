package io.hearth.ui.nodes;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.progressbar.ProgressBar;
import io.hearth.ui.shell.Wording;

/** How much of something is used: a name, a text and a bar. */
public final class MeterPanel extends Div {
    private final Span value = new Span();
    private final ProgressBar bar = new ProgressBar(0, 1, 0);

    /**
     * @param key text that names what is measured
     */
    public MeterPanel(String key) {
        Span name = new Span();
        name.addClassName("hearth-secondary");
        Div line = new Div(name, value);
        line.getStyle()
                .set("display", "flex")
                .set("justify-content", "space-between")
                .set("gap", "0.75rem");
        value.getStyle().set("font-variant-numeric", "tabular-nums").set("text-align", "end");
        add(line, bar);
        Wording.of(this)
                .text(name::setText, key)
                .text(label -> bar.getElement().setAttribute("aria-label", label), key);
    }

    /** Shows a share of one and what it is in words; null: it is not told. */
    public void show(Double share, String text) {
        bar.setVisible(share != null);
        if (share != null) {
            bar.setValue(Math.clamp(share, 0, 1));
        }
        value.setText(share == null && text.isEmpty() ? "–" : text);
    }
}
