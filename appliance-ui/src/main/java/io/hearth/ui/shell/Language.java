package io.hearth.ui.shell;

import com.vaadin.flow.component.ComponentUtil;
import com.vaadin.flow.component.UI;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Texts;
import jakarta.servlet.http.Cookie;
import java.util.Locale;
import java.util.Optional;

/** The language that a person reads: chosen by them and kept in a cookie; before that, what the browser asks for. */
public final class Language {
    static final String COOKIE = "hearth-language";

    /** The language of the present page; English outside of one. */
    public static Locale current() {
        UI ui = UI.getCurrent();
        return ui == null ? Locale.ENGLISH : of(ui);
    }

    /** The language of a page. */
    public static Locale of(UI ui) {
        return supported(ui.getLocale());
    }

    /** A text in the language of the present page. */
    public static String say(String key, Object... arguments) {
        return Texts.say(current(), key, arguments);
    }

    /** A sentence in the language of the present page. */
    public static String say(Sentence sentence) {
        return Texts.say(current(), sentence);
    }

    /** Changes the language of a page where it stands: what was typed stays. */
    public static void change(UI ui, Locale locale) {
        ui.setLocale(locale);
        ui.getElement().setAttribute("lang", tag(locale));
        ui.getPage()
                .executeJs(
                        "document.documentElement.lang = $0;"
                                + " document.cookie = $1 + '=' + $0 + '; path=/; max-age=31536000; samesite=strict; secure'",
                        tag(locale),
                        COOKIE);
        ComponentUtil.fireEvent(ui, new LanguageChanged(ui));
    }

    /** The language that a new page begins with. */
    static Locale chosen(Cookie[] cookies, Locale asked) {
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                Optional<Locale> known = byTag(cookie.getValue());
                if (cookie.getName().equals(COOKIE) && known.isPresent()) {
                    return known.get();
                }
            }
        }
        return supported(asked);
    }

    /** How a language is named in HTML: {@code en} or {@code zh-CN}. */
    static String tag(Locale locale) {
        return locale.toLanguageTag();
    }

    private static Optional<Locale> byTag(String tag) {
        return Texts.LANGUAGES.stream()
                .filter(language -> tag(language).equals(tag))
                .findFirst();
    }

    private static Locale supported(Locale asked) {
        return Texts.LANGUAGES.stream()
                .filter(language -> asked != null && language.getLanguage().equals(asked.getLanguage()))
                .findFirst()
                .orElse(Locale.ENGLISH);
    }

    private Language() {}
}
