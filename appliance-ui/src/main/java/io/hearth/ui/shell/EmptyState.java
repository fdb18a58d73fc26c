package io.hearth.ui.shell;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import io.hearth.ui.core.Sentence;

/** Stands where a list would, while there is nothing to list: says what will be here and what to do now. */
public final class EmptyState extends Div {
    /**
     * @param title what there is none of
     * @param text what to do about it
     * @param actions buttons or links that do it
     */
    public EmptyState(Sentence title, Sentence text, Component... actions) {
        addClassName("hearth-empty");
        H2 heading = new H2();
        Paragraph paragraph = new Paragraph();
        Div buttons = new Div(actions);
        buttons.addClassName("hearth-actions");
        buttons.setVisible(actions.length > 0);
        add(heading, paragraph, buttons);
        Wording.of(this).text(heading::setText, title).text(paragraph::setText, text);
    }

    /** With the keys of title and text. */
    public EmptyState(String title, String text, Component... actions) {
        this(Sentence.of(title), Sentence.of(text), actions);
    }
}
