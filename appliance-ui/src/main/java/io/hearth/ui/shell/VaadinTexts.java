package io.hearth.ui.shell;

import com.vaadin.flow.i18n.I18NProvider;
import com.vaadin.quarkus.annotation.VaadinServiceEnabled;
import io.hearth.ui.core.Texts;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;

/** Gives Vaadin's own {@code getTranslation} the texts of all features. */
@ApplicationScoped
@VaadinServiceEnabled
public class VaadinTexts implements I18NProvider {
    @Override
    public List<Locale> getProvidedLocales() {
        return Texts.LANGUAGES;
    }

    @Override
    public String getTranslation(String key, Locale locale, Object... arguments) {
        return Texts.say(locale, key, arguments);
    }
}
