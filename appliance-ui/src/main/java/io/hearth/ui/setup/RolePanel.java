package io.hearth.ui.setup;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HasValidation;
import com.vaadin.flow.component.checkbox.Checkbox;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.radiobutton.RadioButtonGroup;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.protocol.JoinCode;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.Supplier;

/** What the machine becomes: a first node, or a node of another control plane. */
final class RolePanel extends StepPanel {
    private static final String FIRST = "first";
    private static final String JOIN = "join";

    private final transient Runnable joined;
    private final RadioButtonGroup<String> role = new RadioButtonGroup<>();
    private final Checkbox nodesMayJoin = new Checkbox();
    private final TextField controlPlane = new TextField();
    private final TextField code = new TextField();
    private final Div first = new Div(nodesMayJoin);
    private final Div join = new Div();

    /** @param joined what is shown when the machine becomes a node */
    RolePanel(SetUp setUp, Supplier<SetUp.Entry> entry, Runnable joined) {
        super(setUp, entry, "setup.role.title", "setup.role.lead");
        this.joined = joined;
        role.setId("setup-role");
        role.setItems(FIRST, JOIN);
        role.setValue(FIRST);
        role.addValueChangeListener(changed -> chosen());
        nodesMayJoin.setId("setup-nodes-may-join");
        controlPlane.setId("setup-control-plane");
        controlPlane.setMaxLength(300);
        code.setId("setup-join-code");
        code.setMaxLength(120);
        code.getElement().setAttribute("autocomplete", "off");
        Paragraph loss = new Paragraph();
        first.addClassName("hearth-stack");
        join.addClassName("hearth-stack");
        join.add(controlPlane, code, loss);
        controlPlane.setWidthFull();
        code.setWidthFull();
        Wording.of(this)
                .text(role::setLabel, "setup.role.label")
                .always(() -> role.setItemLabelGenerator(value -> Language.say("setup.role." + value)))
                .text(nodesMayJoin::setLabel, "setup.role.nodes-may-join")
                .text(nodesMayJoin::setHelperText, "setup.role.nodes-may-join.help")
                .text(controlPlane::setLabel, "setup.join.address")
                .text(controlPlane::setHelperText, "setup.join.address.help")
                .text(code::setLabel, "setup.join.code")
                .text(code::setHelperText, "setup.join.code.help")
                .text(loss::setText, "setup.join.loss");
        add(role, first, join);
        chosen();
    }

    private void chosen() {
        first.setVisible(FIRST.equals(role.getValue()));
        join.setVisible(JOIN.equals(role.getValue()));
    }

    @Override
    void begin() {
        forgive(controlPlane, code);
        nodesMayJoin.setValue(setUp.known(entry.get()).nodesMayJoin());
        controlPlane.setValue(setUp.progress(entry.get()).controlPlane());
    }

    @Override
    void next(Runnable then) {
        forgive(controlPlane, code);
        try {
            if (FIRST.equals(role.getValue())) {
                setUp.first(entry.get(), nodesMayJoin.getValue());
                then.run();
            } else {
                JoinCode checked = setUp.checkJoin(entry.get(), controlPlane.getValue(), code.getValue());
                Confirm.before(
                        Sentence.of("setup.join.sure"),
                        Sentence.of("setup.join.loss"),
                        Sentence.of("setup.join.go"),
                        () -> join(checked));
            }
        } catch (Problem problem) {
            say(problem);
        }
    }

    private void join(JoinCode checked) {
        try {
            setUp.join(entry.get(), controlPlane.getValue(), checked);
            joined.run();
        } catch (Problem problem) {
            say(problem);
        }
    }

    private void say(Problem problem) {
        HasValidation field = problem.sentence().key().startsWith("setup.join.address")
                ? controlPlane
                : problem.sentence().key().startsWith("setup.join.code") ? code : null;
        if (field == null) {
            refuse(problem);
        } else {
            wrong(field, problem.sentence());
        }
    }

    @Override
    Component first() {
        return role;
    }

    @Override
    List<Component> enterGoesOn() {
        return List.of(controlPlane, code);
    }
}
