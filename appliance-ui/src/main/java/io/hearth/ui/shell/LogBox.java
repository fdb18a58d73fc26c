package io.hearth.ui.shell;

import com.vaadin.flow.component.html.Pre;
import io.hearth.ui.core.Sentence;

/** Lines of a log. Stays at the end while the reader is there, and where they are once they have scrolled up. */
public final class LogBox extends Pre {
    private static final int KEPT = 200_000;
    private final StringBuilder text = new StringBuilder();

    /**
     * @param name what log it is, as its accessible name
     */
    public LogBox(Sentence name) {
        addClassName("hearth-log");
        getElement().setAttribute("tabindex", "0");
        getElement().setAttribute("role", "log");
        Wording.of(this).text(label -> getElement().setAttribute("aria-label", label), name);
    }

    /** Replaces what is there. */
    public void show(String lines) {
        text.setLength(0);
        append(lines);
    }

    /** Adds lines at the end; the oldest go when there are very many. */
    public void append(String lines) {
        text.append(lines);
        if (text.length() > KEPT) {
            int cut = text.indexOf("\n", text.length() - KEPT);
            text.delete(0, cut < 0 ? text.length() - KEPT : cut + 1);
        }
        getElement()
                .executeJs(
                        "const atEnd = this.scrollHeight - this.scrollTop - this.clientHeight < 24;"
                                + " this.textContent = $0; if (atEnd) this.scrollTop = this.scrollHeight",
                        text.toString());
    }
}
