package io.hearth.ui.setup;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.server.VaadinResponse;
import io.hearth.ui.core.Problem;
import io.hearth.ui.shell.Wording;
import jakarta.servlet.http.Cookie;
import java.util.List;
import java.util.function.Supplier;

/** The first-run code: without it nothing else is shown. */
final class CodePanel extends StepPanel {
    private final TextField code = new TextField();

    CodePanel(SetUp setUp, Supplier<SetUp.Entry> entry) {
        super(setUp, entry, "setup.code.title", "setup.code.lead");
        code.setId("setup-code");
        code.setWidthFull();
        code.setAutofocus(true);
        code.getElement().setAttribute("autocomplete", "one-time-code");
        Wording.of(this).text(code::setLabel, "setup.code.label").text(code::setHelperText, "access.setup.code.help");
        add(code);
    }

    @Override
    void begin() {
        forgive(code);
    }

    @Override
    void next(Runnable then) {
        forgive(code);
        try {
            String secret = setUp.enter(code.getValue(), entry.get().address());
            VaadinResponse.getCurrent().addCookie(cookie(secret));
            SetupView.keep(secret);
            code.clear();
            then.run();
        } catch (Problem problem) {
            wrong(code, problem.sentence());
        }
    }

    private static Cookie cookie(String secret) {
        Cookie cookie = new Cookie(SetupView.COOKIE, secret);
        cookie.setPath("/");
        cookie.setHttpOnly(true);
        cookie.setSecure(true);
        cookie.setAttribute("SameSite", "Strict");
        return cookie;
    }

    @Override
    Component first() {
        return code;
    }

    @Override
    List<Component> enterGoesOn() {
        return List.of(code);
    }
}
