package io.hearth.ui.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.DescriptionList;
import com.vaadin.flow.component.html.Pre;
import io.hearth.ui.core.Json;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Wording;

/** All that one row says. */
final class AuditDialog extends Dialog {
    AuditDialog(AuditEntry row) {
        DescriptionList facts = new DescriptionList();
        facts.addClassName("hearth-facts");
        fact(facts, "audit.time", Figures.here().dateTime(row.time()));
        fact(facts, "audit.actor", row.actorName() + " (" + row.actorId() + ")");
        fact(facts, "audit.origin", row.origin());
        fact(facts, "audit.action", row.action());
        fact(facts, "audit.subject", row.subject());
        fact(facts, "audit.hash", row.hash());
        fact(facts, "audit.previous", row.previous());
        Pre details = new Pre(pretty(row.details()));
        details.addClassName("hearth-mono");
        Button close = new Button("", click -> close());
        Wording.of(this)
                .text(this::setHeaderTitle, "audit.row", Long.toString(row.sequence()))
                .text(close::setText, "shell.close");
        add(facts, details);
        getFooter().add(close);
        setWidth("min(46rem, 94vw)");
    }

    private void fact(DescriptionList facts, String key, String value) {
        DescriptionList.Term term = new DescriptionList.Term();
        DescriptionList.Description description = new DescriptionList.Description(value);
        description.getStyle().set("overflow-wrap", "anywhere");
        Wording.of(this).text(term::setText, key);
        facts.add(term, description);
    }

    private static String pretty(String details) {
        try {
            return Json.MAPPER.readTree(details).toPrettyString();
        } catch (JsonProcessingException e) {
            // A row that somebody has changed: shown as it is.
            return details;
        }
    }
}
