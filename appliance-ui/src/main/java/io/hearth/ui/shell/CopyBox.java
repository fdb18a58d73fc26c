package io.hearth.ui.shell;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Pre;
import com.vaadin.flow.component.icon.VaadinIcon;
import io.hearth.ui.core.Sentence;

/** A text to take away: a key, a command, a piece of code. */
public final class CopyBox extends Div {
    private final Pre shown = new Pre();

    public CopyBox(String text) {
        addClassName("hearth-copy");
        shown.getElement().setAttribute("tabindex", "0");
        Button copy = new Button(VaadinIcon.COPY_O.create());
        copy.addThemeVariants(ButtonVariant.TERTIARY);
        copy.addClickListener(clicked -> copy());
        Wording.of(this).text(copy::setAriaLabel, "shell.copy").text(copy::setTooltipText, "shell.copy");
        add(shown, copy);
        show(text);
    }

    /** Shows another text. */
    public void show(String text) {
        shown.setText(text);
    }

    /** The text. */
    public String text() {
        return shown.getText();
    }

    private void copy() {
        getElement()
                .executeJs("return navigator.clipboard.writeText($0).then(() => true, () => false)", shown.getText())
                .then(Boolean.class, copied -> {
                    if (copied) {
                        Toast.done("shell.copied");
                    } else {
                        Toast.problem(Sentence.of("shell.copy.refused"));
                    }
                });
    }
}
