package io.hearth.ui.system;

import com.vaadin.flow.component.html.DescriptionList;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import io.hearth.ui.core.Problem;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;

/** A framed group of facts with a heading; what cannot be had is said in its place. */
class FactsPanel extends Div {
    private final DescriptionList facts = new DescriptionList();
    private final Paragraph trouble = new Paragraph();

    FactsPanel(String heading) {
        addClassName("hearth-panel");
        facts.addClassName("hearth-facts");
        trouble.setVisible(false);
        H2 title = new H2();
        Wording.of(this).text(title::setText, heading);
        add(title, trouble, facts);
    }

    /** Shows facts anew. */
    final void show(Runnable filling) {
        facts.removeAll();
        trouble.setVisible(false);
        try {
            filling.run();
        } catch (Problem e) {
            trouble.setText(Language.say(e.sentence()));
            trouble.setVisible(true);
        }
    }

    /** Adds a fact: the key of what it is, and its value in words. */
    final void fact(String key, String value) {
        labelled(Language.say(key), value);
    }

    /** Adds a fact with a label that is a name. */
    final void labelled(String label, String value) {
        DescriptionList.Description said = new DescriptionList.Description(value);
        said.getStyle().set("overflow-wrap", "anywhere");
        facts.add(new DescriptionList.Term(label), said);
    }
}
