package io.hearth.ui.playground;

import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.UIDetachedException;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.dom.Element;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Problem;
import io.hearth.ui.gateway.InternalCalls;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A conversation with one model. */
final class ChatPanel extends Div {
    /** Tokens are shown in batches: often enough to look alive, seldom enough for slow links. */
    private static final long BATCH_MILLIS = 50;

    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("playground-batches").daemon().factory());

    private final PlaygroundChat chat;
    private final Supplier<Actor> actor;
    private final Runnable changed;
    private final ComboBox<String> model = new ComboBox<>();
    private final Div talk = new Div();
    private final Div figures = new Div();
    private final List<ChatRequest.Message> messages = new ArrayList<>();
    private Answer running;

    ChatPanel(PlaygroundChat chat, Supplier<Actor> actor, Runnable changed) {
        this.chat = chat;
        this.actor = actor;
        this.changed = changed;
        addClassName("hearth-panel");
        getStyle().set("box-sizing", "border-box").set("min-width", "0");
        model.setWidthFull();
        Wording.of(this).text(model::setLabel, "playground.model");
        talk.getElement().setAttribute("aria-live", "polite");
        talk.getStyle().set("min-height", "12rem").set("max-height", "60vh").set("overflow-y", "auto");
        talk.getElement().setAttribute("tabindex", "0");
        figures.addClassName("hearth-secondary");
        add(model, talk, figures);
    }

    /** The names that can be chosen; keeps the choice if it is still there. */
    void models(List<String> names, int preferred) {
        String before = model.getValue();
        model.setItems(names);
        if (before != null && names.contains(before)) {
            model.setValue(before);
        } else if (!names.isEmpty()) {
            model.setValue(names.get(Math.min(preferred, names.size() - 1)));
        }
    }

    String model() {
        return model.getValue();
    }

    boolean busy() {
        return running != null;
    }

    /** What would be sent now. */
    List<ChatRequest.Message> messages() {
        return List.copyOf(messages);
    }

    /** Says something and shows the answer as it comes. */
    void say(String text, ChatRequest settings, String system) {
        if (model.getValue() == null || running != null) {
            return;
        }
        messages.add(new ChatRequest.Message("user", text));
        bubble("user").getElement().appendChild(Element.createText(text));
        List<ChatRequest.Message> all = new ArrayList<>();
        if (!system.isBlank()) {
            all.add(new ChatRequest.Message("system", system));
        }
        all.addAll(messages);
        Answer answer = new Answer(UI.getCurrent(), bubble("assistant"));
        running = answer;
        figures.setText(Language.say("playground.waiting"));
        try {
            answer.call = chat.ask(
                    actor.get(),
                    new ChatRequest(
                            model.getValue(),
                            all,
                            settings.temperature(),
                            settings.topP(),
                            settings.maxTokens(),
                            settings.seed(),
                            null),
                    answer);
        } catch (Problem problem) {
            running = null;
            fail(answer.bubble, Language.say(problem.sentence()));
        }
    }

    /** Wants no more of the answer. */
    void stop() {
        if (running != null && running.call != null) {
            running.call.stop();
            messages.add(new ChatRequest.Message("assistant", running.whole.toString()));
            running = null;
            figures.setText(Language.say("playground.stopped"));
        }
    }

    /** Begins anew. */
    void clear() {
        stop();
        messages.clear();
        talk.removeAll();
        figures.setText("");
    }

    private Div bubble(String role) {
        Span who = new Span(Language.say("playground.role." + role));
        who.addClassName("hearth-secondary");
        who.getStyle().set("display", "block");
        Div words = new Div();
        words.getStyle().set("white-space", "pre-wrap").set("overflow-wrap", "anywhere");
        words.addClassName("playground-" + role);
        Div all = new Div(who, words);
        all.getStyle().set("margin-block", "0.75rem");
        talk.add(all);
        scroll();
        return words;
    }

    private void scroll() {
        talk.getElement().executeJs("this.scrollTop = this.scrollHeight");
    }

    private void fail(Div bubble, String reason) {
        Span words = new Span(reason);
        words.addClassNames("hearth-badge", "hearth-bad");
        bubble.add(words);
        figures.setText("");
        // What was not answered is not part of the conversation.
        if (!messages.isEmpty() && messages.getLast().role().equals("user")) {
            messages.removeLast();
        }
        changed.run();
    }

    /** An answer on its way to the page. */
    private final class Answer implements PlaygroundChat.Listener {
        private final UI ui;
        private final Div bubble;
        private final long began = System.nanoTime();
        private final StringBuilder batch = new StringBuilder();
        private final StringBuilder whole = new StringBuilder();
        private volatile InternalCalls.Call call;
        private boolean waiting;
        private long first;

        Answer(UI ui, Div bubble) {
            this.ui = ui;
            this.bubble = bubble;
        }

        @Override
        public synchronized void said(String text) {
            if (first == 0) {
                first = System.nanoTime();
            }
            batch.append(text);
            if (!waiting) {
                waiting = true;
                TIMER.schedule(this::push, BATCH_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        private synchronized String take() {
            waiting = false;
            String text = batch.toString();
            batch.setLength(0);
            return text;
        }

        private void push() {
            onPage(this::show);
        }

        private void show() {
            String text = take();
            if (!text.isEmpty()) {
                whole.append(text);
                bubble.getElement().appendChild(Element.createText(text));
                scroll();
            }
        }

        @Override
        public void done(Integer promptTokens, Integer completionTokens, String reason) {
            long ended = System.nanoTime();
            onPage(() -> {
                show();
                if (running != this) {
                    return;
                }
                running = null;
                messages.add(new ChatRequest.Message("assistant", whole.toString()));
                Figures said = Figures.here();
                double seconds = (ended - began) / 1e9;
                double firstSeconds = first == 0 ? seconds : (first - began) / 1e9;
                figures.setText(Language.say(
                        "playground.figures",
                        said.count(promptTokens == null ? 0 : promptTokens),
                        said.count(completionTokens == null ? 0 : completionTokens),
                        said.decimal(firstSeconds, 2),
                        said.decimal(seconds, 2),
                        said.decimal(completionTokens == null ? Double.NaN : completionTokens / seconds, 1)));
                changed.run();
            });
        }

        @Override
        public void failed(String reason) {
            onPage(() -> {
                show();
                if (running == this) {
                    running = null;
                    fail(bubble, reason);
                }
            });
        }

        private void onPage(com.vaadin.flow.server.Command command) {
            try {
                ui.access(command);
            } catch (UIDetachedException e) {
                InternalCalls.Call left = call;
                if (left != null) {
                    left.stop();
                }
            }
        }
    }
}
