package io.hearth.ui.access;

import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.orderedlayout.VerticalLayout;
import com.vaadin.flow.component.radiobutton.RadioButtonGroup;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.shell.CopyBox;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.function.Supplier;

/** Asks for a new user's name and role, and shows the password that was made, once. */
final class UserDialog extends Dialog {
    private final transient Users users;
    private final transient Supplier<Actor> actor;
    private final TextField name = new TextField();
    private final RadioButtonGroup<Role> role = new RadioButtonGroup<>();

    UserDialog(Users users, Supplier<Actor> actor) {
        this.users = users;
        this.actor = actor;
        name.setId("user-name");
        name.setWidthFull();
        role.setItems(Role.values());
        role.setValue(Role.VIEWER);
        Button add = new Button("", click -> add());
        add.setId("user-add");
        add.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        add.addClickShortcut(Key.ENTER);
        Button cancel = new Button("", click -> close());
        Wording.of(this)
                .text(this::setHeaderTitle, "access.users.add")
                .text(name::setLabel, "access.name")
                .text(role::setLabel, "access.role")
                .text(add::setText, "access.users.add")
                .text(cancel::setText, "shell.cancel")
                .always(() -> role.setItemLabelGenerator(one ->
                        Language.say("core.role." + one.key()) + " – " + Language.say("access.role." + one.key())));
        VerticalLayout form = new VerticalLayout(name, role);
        form.setPadding(false);
        add(form);
        getFooter().add(cancel, add);
        setWidth("min(34rem, 94vw)");
        name.focus();
    }

    private void add() {
        name.setInvalid(false);
        try {
            Users.Prepared made = users.add(actor.get(), name.getValue(), role.getValue(), null, true);
            close();
            showPassword(made);
        } catch (Problem problem) {
            name.setErrorMessage(Language.say(problem.sentence()));
            name.setInvalid(true);
        }
    }

    /** Shows a password that cannot be shown again. */
    static void showPassword(Users.Prepared made) {
        Dialog dialog = new Dialog();
        CopyBox password = new CopyBox(made.oneTimePassword());
        password.setId("one-time-password");
        Paragraph explanation = new Paragraph();
        Button close = new Button("", click -> dialog.close());
        close.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        Wording.of(dialog)
                .text(
                        dialog::setHeaderTitle,
                        "access.users.password-of",
                        made.user().name())
                .text(explanation::setText, "access.users.password-once")
                .text(close::setText, "shell.close");
        dialog.add(explanation, password);
        dialog.getFooter().add(close);
        dialog.setCloseOnOutsideClick(false);
        dialog.setWidth("min(34rem, 94vw)");
        dialog.open();
    }
}
