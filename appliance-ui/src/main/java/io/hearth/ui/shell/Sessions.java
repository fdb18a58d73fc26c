package io.hearth.ui.shell;

import com.vaadin.flow.server.ErrorHandler;
import com.vaadin.flow.server.ServiceInitEvent;
import com.vaadin.flow.server.VaadinRequest;
import com.vaadin.flow.server.VaadinServletRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.servlet.http.Cookie;
import java.util.Locale;

/** Sets up each new session and page: what happens to errors, and the language. */
@ApplicationScoped
class Sessions {
    private final Preferences preferences;

    Sessions(Preferences preferences) {
        this.preferences = preferences;
    }

    void prepare(@Observes ServiceInitEvent start) {
        ErrorHandler errors = new PageErrors();
        start.getSource().addSessionInitListener(event -> event.getSession().setErrorHandler(errors));
        start.getSource().addUIInitListener(event -> {
            VaadinRequest request = VaadinRequest.getCurrent();
            Cookie[] cookies = request instanceof VaadinServletRequest servlet ? servlet.getCookies() : null;
            Locale language = Language.chosen(
                    cookies, preferences.language().orElse(request == null ? Locale.ENGLISH : request.getLocale()));
            event.getUI().setLocale(language);
            Appearance.restore(event.getUI(), cookies);
            event.getUI().getPage().executeJs("document.documentElement.lang = $0", Language.tag(language));
        });
    }
}
