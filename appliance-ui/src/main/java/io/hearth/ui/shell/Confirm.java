package io.hearth.ui.shell;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.confirmdialog.ConfirmDialog;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.value.ValueChangeMode;
import io.hearth.ui.core.Sentence;
import java.util.function.Consumer;

/** Asks before something is lost. */
public final class Confirm {
    /**
     * Asks, and goes on if the answer is yes.
     *
     * @param title the question
     * @param loss what will be lost or changed
     * @param yes word on the button that goes on
     */
    public static void before(Sentence title, Sentence loss, Sentence yes, Runnable then) {
        ConfirmDialog dialog = dialog(title, new Button(Language.say(yes)));
        dialog.add(new Paragraph(Language.say(loss)));
        dialog.addConfirmListener(confirmed -> then.run());
        dialog.open();
    }

    /** As {@link #before}, for what is lost for good: the person types a word, such as the name of the thing, to go on. */
    public static void beforeLoss(Sentence title, Sentence loss, Sentence yes, String word, Runnable then) {
        Button go = new Button(Language.say(yes));
        ConfirmDialog dialog = dialog(title, go);
        TextField typed = new TextField(Language.say("shell.confirm.type", word));
        typed.setWidthFull();
        typed.setValueChangeMode(ValueChangeMode.EAGER);
        typed.addValueChangeListener(
                changed -> go.setEnabled(changed.getValue().strip().equals(word)));
        go.setEnabled(false);
        dialog.add(new Paragraph(Language.say(loss)), typed);
        dialog.addConfirmListener(confirmed -> then.run());
        dialog.open();
    }

    /** As {@link #before}, with a reason that the person must give. */
    public static void withReason(Sentence title, Sentence loss, Sentence yes, Consumer<String> then) {
        Button go = new Button(Language.say(yes));
        ConfirmDialog dialog = dialog(title, go);
        TextArea reason = new TextArea(Language.say("shell.confirm.reason"));
        reason.setWidthFull();
        reason.setMaxLength(500);
        reason.setValueChangeMode(ValueChangeMode.EAGER);
        reason.addValueChangeListener(
                changed -> go.setEnabled(!changed.getValue().isBlank()));
        go.setEnabled(false);
        dialog.add(new Paragraph(Language.say(loss)), reason);
        dialog.addConfirmListener(confirmed -> then.accept(reason.getValue().strip()));
        dialog.open();
    }

    private static ConfirmDialog dialog(Sentence title, Button yes) {
        ConfirmDialog dialog = new ConfirmDialog();
        dialog.setWidth("30rem");
        dialog.setHeader(Language.say(title));
        yes.addThemeVariants(ButtonVariant.PRIMARY, ButtonVariant.ERROR);
        dialog.setConfirmButton(yes);
        dialog.setCancelable(true);
        dialog.setCancelText(Language.say("shell.cancel"));
        return dialog;
    }

    private Confirm() {}
}
