package io.hearth.ui.setup;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.textfield.PasswordField;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.server.VaadinRequest;
import com.vaadin.flow.server.VaadinResponse;
import com.vaadin.flow.server.VaadinSession;
import io.hearth.ui.access.AuthServlet;
import io.hearth.ui.access.Logins;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.settings.Settings;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.Supplier;

/** The first administrator: with them the set-up is over, and they are signed in. */
final class AdministratorPanel extends StepPanel {
    private final TextField name = new TextField();
    private final PasswordField password = new PasswordField();
    private final PasswordField again = new PasswordField();

    AdministratorPanel(SetUp setUp, Supplier<SetUp.Entry> entry, Settings settings) {
        super(setUp, entry, "setup.administrator.title", "setup.administrator.lead");
        name.setId("setup-name");
        name.getElement().setAttribute("autocomplete", "username");
        password.setId("setup-password");
        password.getElement().setAttribute("autocomplete", "new-password");
        again.setId("setup-again");
        again.getElement().setAttribute("autocomplete", "new-password");
        Wording.of(this)
                .text(name::setLabel, "access.name")
                .text(password::setLabel, "access.password")
                .text(password::setHelperText, "access.password.help", settings.get(Settings.PASSWORD_LENGTH))
                .text(again::setLabel, "access.password.again");
        name.setWidthFull();
        password.setWidthFull();
        again.setWidthFull();
        add(name, password, again);
    }

    @Override
    void begin() {
        forgive(name, password, again);
    }

    @Override
    void next(Runnable then) {
        forgive(name, password, again);
        if (!password.getValue().equals(again.getValue())) {
            wrong(again, Sentence.of("access.password.differs"));
            return;
        }
        try {
            Logins.Started started = setUp.finish(
                    entry.get(),
                    name.getValue(),
                    password.getValue(),
                    VaadinRequest.getCurrent().getHeader("User-Agent"));
            VaadinResponse.getCurrent().addCookie(AuthServlet.cookie(started.secret(), -1));
            UI.getCurrent().getPage().setLocation("/");
            VaadinSession.getCurrent().getSession().invalidate();
        } catch (Problem problem) {
            String key = problem.sentence().key();
            if (key.startsWith("access.name")) {
                wrong(name, problem.sentence());
            } else if (key.startsWith("access.password")) {
                wrong(password, problem.sentence());
            } else {
                refuse(problem);
            }
        }
    }

    @Override
    Component first() {
        return name;
    }

    @Override
    List<Component> enterGoesOn() {
        return List.of(name, password, again);
    }

    @Override
    String nextText() {
        return "setup.administrator.make";
    }
}
