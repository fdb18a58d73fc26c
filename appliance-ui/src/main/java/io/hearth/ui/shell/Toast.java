package io.hearth.ui.shell;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.icon.VaadinIcon;
import com.vaadin.flow.component.notification.Notification;
import com.vaadin.flow.component.notification.NotificationVariant;
import io.hearth.ui.core.Sentence;

/** A short word at the edge of the page. */
public final class Toast {
    private static final int DONE_MILLIS = 5_000;
    private static final int PROBLEM_MILLIS = 15_000;

    /** Says that something is done. */
    public static void done(String key, Object... arguments) {
        show(Sentence.of(key, arguments), DONE_MILLIS).addThemeVariants(NotificationVariant.LUMO_SUCCESS);
    }

    /** Says that something cannot be done, and why; stays longer, can be closed, and is read out at once. */
    public static void problem(Sentence sentence) {
        Notification shown = show(sentence, PROBLEM_MILLIS);
        shown.addThemeVariants(NotificationVariant.LUMO_ERROR);
        shown.setAssertive(true);
    }

    private static Notification show(Sentence sentence, int millis) {
        Notification notification = new Notification();
        notification.setDuration(millis);
        notification.setPosition(Notification.Position.BOTTOM_END);
        Button close = new Button(VaadinIcon.CLOSE_SMALL.create(), clicked -> notification.close());
        close.addThemeVariants(ButtonVariant.TERTIARY);
        close.setAriaLabel(Language.say("shell.close"));
        Div line = new Div(new Span(Language.say(sentence)), close);
        line.addClassName("hearth-toast");
        notification.add(line);
        notification.open();
        return notification;
    }

    private Toast() {}
}
