package io.hearth.ui.shell;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.dom.Element;
import java.io.Serializable;

/** Our own elements in the browser: loads the module that defines one, and calls it once it is defined. */
final class Module {
    private Module() {}

    /** Loads {@code /js/NAME.js} with each page that the component comes to. */
    static void load(Component component, String name) {
        component.addAttachListener(attached -> attached.getUI().getPage().addJsModule("/js/" + name + ".js"));
    }

    /** Calls a method of the element, waiting for its module if need be; calls keep their order. */
    static void call(Element element, String method, Serializable... arguments) {
        StringBuilder list = new StringBuilder();
        Object[] values = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            list.append(i == 0 ? "$" : ", $").append(i);
            values[i] = arguments[i];
        }
        element.executeJs(
                "customElements.whenDefined(this.localName).then(() => this." + method + "(" + list + "))", values);
    }
}
