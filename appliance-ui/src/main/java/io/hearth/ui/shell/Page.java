package io.hearth.ui.shell;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.DetachEvent;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H1;
import com.vaadin.flow.component.html.Header;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.orderedlayout.VerticalLayout;
import com.vaadin.flow.router.HasDynamicTitle;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Who;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A page: a heading with actions beside it, words that follow the language, and content that follows the news. Subclasses build
 * themselves in their constructor; {@link #actor()} can be asked from {@code onAttach} or {@code afterNavigation} on.
 */
public abstract class Page extends VerticalLayout implements HasDynamicTitle {
    /** Id of the heading, to which the keyboard can skip. */
    static final String HEADING = "hearth-heading";

    @Inject
    Who who;

    @Inject
    News news;

    private final H1 heading = new H1();
    private final Paragraph lead = new Paragraph();
    private final Div actions = new Div();
    private final List<Live> lives = new ArrayList<>();
    private Sentence title = Sentence.of("shell.product");

    protected Page() {
        addClassName("hearth-page");
        setPadding(false);
        setSpacing(false);
        setWidthFull();
        heading.setId(HEADING);
        heading.getElement().setAttribute("tabindex", "-1");
        lead.addClassName("hearth-lead");
        lead.setVisible(false);
        actions.addClassName("hearth-actions");
        Header header = new Header(new Div(heading, lead), actions);
        header.addClassName("hearth-page-header");
        add(header);
        Wording.of(this).always(this::sayTitle);
    }

    /** Sets the heading and the title of the browser's tab. */
    protected final void title(String key, Object... arguments) {
        title = Sentence.of(key, arguments);
        sayTitle();
    }

    /** Sets the line below the heading: what this page is for. */
    protected final void lead(String key, Object... arguments) {
        lead.setVisible(true);
        text(lead::setText, key, arguments);
    }

    /** Puts buttons beside the heading, the most important one last. */
    protected final void actions(Component... components) {
        actions.add(components);
    }

    /** Binds a setter to a text in the reader's language; see {@link Wording#text}. */
    protected final void text(Consumer<String> setter, String key, Object... arguments) {
        Wording.of(this).text(setter, key, arguments);
    }

    /** Runs something now and after each change of language; see {@link Wording#always}. */
    protected final void inLanguage(Runnable binding) {
        Wording.of(this).always(binding);
    }

    /**
     * Runs {@code refresh} on the page soon after something of this topic has changed, while the page is open, and at most four
     * times a second. Does not run it at first.
     */
    protected final void live(News.Topic topic, Runnable refresh) {
        live(topic, "", refresh);
    }

    /** As {@link #live(News.Topic, Runnable)}, for changes of one thing; changes without an id count too. */
    protected final void live(News.Topic topic, String id, Runnable refresh) {
        Live live = new Live(topic, id, refresh);
        lives.add(live);
        getUI().ifPresent(ui -> live.start(ui, news));
    }

    /** Forgets all that {@link #live} has begun: for pages that turn to another thing without being left. */
    protected final void endLive() {
        lives.forEach(Live::stop);
        lives.clear();
    }

    /** Who reads this page. */
    protected final Actor actor() {
        return who.actor();
    }

    @Override
    public final String getPageTitle() {
        return Language.say(title) + " – " + Language.say("shell.product");
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        lives.forEach(live -> live.start(event.getUI(), news));
    }

    @Override
    protected void onDetach(DetachEvent event) {
        lives.forEach(Live::stop);
        super.onDetach(event);
    }

    private void sayTitle() {
        heading.setText(Language.say(title));
        getUI().ifPresent(ui -> ui.getPage().setTitle(getPageTitle()));
    }
}
