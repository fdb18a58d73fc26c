package io.hearth.ui.setup;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.radiobutton.RadioButtonGroup;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Texts;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.Locale;
import java.util.function.Supplier;

/** The language of pages until their reader chooses another. */
final class LanguagePanel extends StepPanel {
    private final RadioButtonGroup<Locale> language = new RadioButtonGroup<>();
    private final Paragraph medium = new Paragraph();

    LanguagePanel(SetUp setUp, Supplier<SetUp.Entry> entry) {
        super(setUp, entry, "setup.language.title", "setup.language.lead");
        language.setId("setup-language");
        language.setItems(Texts.LANGUAGES);
        language.setItemLabelGenerator(one -> one.getDisplayLanguage(one));
        language.addValueChangeListener(changed -> {
            if (changed.isFromClient() && changed.getValue() != null) {
                Language.change(UI.getCurrent(), changed.getValue());
            }
        });
        Wording.of(this).text(language::setLabel, "shell.language").always(() -> language.setValue(Language.current()));
        medium.setVisible(false);
        Wording.of(this).text(medium::setText, "setup.language.medium");
        add(language, medium);
    }

    @Override
    void begin() {
        forgive(language);
        medium.setVisible(!setUp.lasts(entry.get()));
        language.setValue(Language.current());
    }

    @Override
    void next(Runnable then) {
        try {
            setUp.language(entry.get(), language.getValue());
            then.run();
        } catch (Problem problem) {
            refuse(problem);
        }
    }

    @Override
    Component first() {
        return language;
    }
}
