package io.hearth.ui.shell;

import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.page.ColorScheme;
import jakarta.servlet.http.Cookie;
import java.util.Locale;

/** Light or dark, chosen by a person and kept in a cookie, or as their system is. */
public enum Appearance {
    LIGHT(ColorScheme.Value.LIGHT),
    DARK(ColorScheme.Value.DARK),
    SYSTEM(ColorScheme.Value.SYSTEM);

    private static final String COOKIE = "hearth-appearance";

    private final ColorScheme.Value scheme;

    Appearance(ColorScheme.Value scheme) {
        this.scheme = scheme;
    }

    String key() {
        return "shell.appearance." + name().toLowerCase(Locale.ROOT);
    }

    /** Shows a page so from now on, and every later one. */
    public void choose(UI ui) {
        ui.getPage().setColorScheme(scheme);
        ui.getPage()
                .executeJs(
                        "document.cookie = $0 + '=' + $1 + '; path=/; max-age=31536000; samesite=strict; secure'",
                        COOKIE,
                        name());
    }

    /** Shows a new page as was chosen before. */
    static void restore(UI ui, Cookie[] cookies) {
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                for (Appearance choice : values()) {
                    if (cookie.getName().equals(COOKIE) && choice.name().equals(cookie.getValue())) {
                        ui.getPage().setColorScheme(choice.scheme);
                    }
                }
            }
        }
    }

    /** The look of a name: {@code light}, {@code dark}, or anything else to follow the system. */
    public static Appearance of(String name) {
        return name.equals("light") ? LIGHT : name.equals("dark") ? DARK : SYSTEM;
    }

    static Appearance of(ColorScheme.Value scheme) {
        return scheme == ColorScheme.Value.LIGHT ? LIGHT : scheme == ColorScheme.Value.DARK ? DARK : SYSTEM;
    }
}
