package io.hearth.ui.shell;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import java.util.List;

/** A row as the model will see it: what is trained is coloured, what is only read is not. */
public final class TrainedText extends Div {
    /**
     * A piece of the text.
     *
     * @param text as it is
     * @param trained whether its tokens count in the loss
     */
    public record Piece(String text, boolean trained) {}

    public TrainedText(List<Piece> pieces) {
        addClassName("hearth-trained");
        for (Piece piece : pieces) {
            Span span = new Span(piece.text());
            span.addClassName(piece.trained() ? "hearth-trained-yes" : "hearth-trained-no");
            if (piece.trained()) {
                span.getElement().setAttribute("title", Language.say("shell.trained.yes"));
            }
            add(span);
        }
    }

    /** Explains the colours. */
    public static Div legend() {
        Span yes = new Span();
        yes.addClassName("hearth-trained-yes");
        Span no = new Span();
        no.addClassName("hearth-trained-no");
        Div legend = new Div(yes, new Span(" "), no);
        legend.addClassName("hearth-trained-legend");
        Wording.of(legend).text(yes::setText, "shell.trained.yes").text(no::setText, "shell.trained.no");
        return legend;
    }
}
