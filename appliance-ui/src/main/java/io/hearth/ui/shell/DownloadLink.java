package io.hearth.ui.shell;

import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.icon.VaadinIcon;
import io.hearth.ui.core.Sentence;

/** A link that saves a file, such as one of the API's. */
public final class DownloadLink extends Anchor {
    private final Span words = new Span();

    /**
     * @param href address on this appliance, such as {@code /api/v1/usage.csv}
     */
    public DownloadLink(String href, Sentence text) {
        super(href);
        getElement().setAttribute("download", true);
        setRouterIgnore(true);
        addClassName("hearth-download");
        add(VaadinIcon.DOWNLOAD_ALT.create(), words);
        Wording.of(this).text(words::setText, text);
    }

    public DownloadLink(String href, String key, Object... arguments) {
        this(href, Sentence.of(key, arguments));
    }
}
