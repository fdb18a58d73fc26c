package io.hearth.ui.shell;

import com.vaadin.flow.component.ComponentEvent;
import com.vaadin.flow.component.UI;

/** The reader of a page has chosen another language. */
final class LanguageChanged extends ComponentEvent<UI> {
    LanguageChanged(UI source) {
        super(source, false);
    }
}
