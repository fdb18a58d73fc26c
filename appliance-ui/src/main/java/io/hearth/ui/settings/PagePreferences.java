package io.hearth.ui.settings;

import io.hearth.ui.core.Texts;
import io.hearth.ui.shell.Preferences;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.Optional;

/** Tells the pages what is set for them. */
@ApplicationScoped
class PagePreferences implements Preferences {
    private final Settings settings;

    PagePreferences(Settings settings) {
        this.settings = settings;
    }

    @Override
    public String applianceName() {
        return settings.get(Settings.APPLIANCE_NAME);
    }

    @Override
    public Optional<Locale> language() {
        String tag = settings.get(Settings.LANGUAGE);
        return Texts.LANGUAGES.stream()
                .filter(language -> language.getLanguage().equals(tag))
                .findFirst();
    }
}
