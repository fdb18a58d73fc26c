package io.hearth.ui.shell;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.orderedlayout.VerticalLayout;
import com.vaadin.flow.router.Route;

@Route("")
public class Hello extends VerticalLayout {
    public Hello() {
        add(new Paragraph("hi"), new Button("b"));
    }
}
