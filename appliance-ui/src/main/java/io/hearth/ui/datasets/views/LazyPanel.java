package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Div;
import java.util.function.Supplier;

/** Content of a tab that is made when it is first looked at. */
final class LazyPanel extends Div {
    private final Supplier<Component> content;

    LazyPanel(Supplier<Component> content) {
        this.content = content;
        setWidthFull();
    }

    @Override
    protected void onAttach(AttachEvent event) {
        if (getChildren().findAny().isEmpty()) {
            add(content.get());
        }
    }
}
