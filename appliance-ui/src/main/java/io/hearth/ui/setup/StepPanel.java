package io.hearth.ui.setup;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HasValidation;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.Supplier;

/** What one step asks. What is wrong with an answer is said beside it. */
abstract class StepPanel extends Div {
    final transient SetUp setUp;
    final transient Supplier<SetUp.Entry> entry;
    private final Paragraph error = new Paragraph();

    /** @param title and {@code lead}: keys of texts */
    StepPanel(SetUp setUp, Supplier<SetUp.Entry> entry, String title, String lead) {
        this.setUp = setUp;
        this.entry = entry;
        addClassName("hearth-stack");
        H2 heading = new H2();
        Paragraph purpose = new Paragraph();
        purpose.addClassName("hearth-secondary");
        error.setId("setup-error");
        error.addClassName("hearth-error");
        error.getElement().setAttribute("role", "alert");
        error.setVisible(false);
        Wording.of(this).text(heading::setText, title).text(purpose::setText, lead);
        add(heading, purpose, error);
    }

    /** Shows what is known already. */
    abstract void begin();

    /** Does what was answered, and then goes on; what is wrong is said, and it does not. */
    abstract void next(Runnable then);

    /** Where typing begins. */
    abstract Component first();

    /** Fields in which the Enter key goes on. */
    List<Component> enterGoesOn() {
        return List.of();
    }

    /** Key of the text on the button that goes on. */
    String nextText() {
        return "setup.next";
    }

    /** Takes back what was said of earlier answers. */
    void forgive(HasValidation... fields) {
        error.setVisible(false);
        for (HasValidation field : fields) {
            field.setInvalid(false);
        }
    }

    /** Says what is wrong beside a field. */
    static void wrong(HasValidation field, Sentence sentence) {
        field.setErrorMessage(Language.say(sentence));
        field.setInvalid(true);
        ((Component) field).getElement().callJsFunction("focus");
    }

    /** Sets the focus when the step is drawn; within choices, on the one that is chosen. */
    static void focusWhenDrawn(Component component) {
        component
                .getElement()
                .executeJs("requestAnimationFrame(() => (this.querySelector('vaadin-radio-button[checked]')"
                        + " ?? this.querySelector('vaadin-radio-button') ?? this).focus())");
    }

    /** Says what is wrong with none of the fields. */
    void refuse(Problem problem) {
        error.setText(Language.say(problem.sentence()));
        error.setVisible(true);
    }
}
