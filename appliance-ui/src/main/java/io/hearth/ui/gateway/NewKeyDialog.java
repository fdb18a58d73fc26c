package io.hearth.ui.gateway;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Paragraph;
import io.hearth.ui.playground.CallExamples;
import io.hearth.ui.shell.CopyBox;
import io.hearth.ui.shell.Wording;

/** Shows a new key, this once, with a call to try it. */
final class NewKeyDialog extends Dialog {
    NewKeyDialog(String key, String model) {
        setWidth("44rem");
        setCloseOnOutsideClick(false);
        setCloseOnEsc(false);
        Wording words = Wording.of(this);
        words.text(this::setHeaderTitle, "gateway.new.title");
        Paragraph once = new Paragraph();
        words.text(once::setText, "gateway.new.once");
        Paragraph example = new Paragraph();
        words.text(example::setText, "gateway.new.example");
        CopyBox shown = new CopyBox(key);
        shown.setId("new-key");
        CopyBox call = new CopyBox("");
        add(once, shown, example, call);
        // The address is the one under which this page was opened: it is one that works from here.
        addAttachListener(attached -> attached.getUI()
                .getPage()
                .executeJs("return window.location.origin")
                .then(String.class, origin -> call.show(CallExamples.curl(origin, key, CallExamples.hello(model)))));
        Button done = new Button("", clicked -> close());
        done.addThemeVariants(ButtonVariant.PRIMARY);
        words.text(done::setText, "gateway.new.done");
        getFooter().add(done);
    }
}
