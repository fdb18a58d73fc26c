package io.hearth.ui.shell;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.ComponentEvent;
import com.vaadin.flow.component.ComponentEventListener;
import com.vaadin.flow.component.DomEvent;
import com.vaadin.flow.component.EventData;
import com.vaadin.flow.component.HasSize;
import com.vaadin.flow.component.HasStyle;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.shared.Registration;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes one file, by dragging or by a button, and sends it in chunks to {@code /api/v1/uploads}. Shows what has gone and what
 * remains; can be paused, goes on after a lost connection and after the page was reloaded (the file is then chosen again), and
 * can be cancelled. Tells the id of the upload when it is whole.
 */
@Tag("hearth-upload")
public final class UploadBox extends Component implements HasSize, HasStyle {
    private static final List<String> TEXTS = List.of(
            "choose",
            "drop",
            "sending",
            "remaining",
            "paused",
            "pause",
            "go-on",
            "cancel",
            "retrying",
            "done",
            "failed",
            "resumable",
            "too-large",
            "cancelled",
            "wrong-type",
            "another");

    /** The file has arrived whole. */
    @DomEvent("uploaded")
    public static final class Uploaded extends ComponentEvent<UploadBox> {
        private final String upload;
        private final String fileName;
        private final double size;

        public Uploaded(
                UploadBox source,
                boolean fromClient,
                @EventData("event.detail.id") String upload,
                @EventData("event.detail.name") String fileName,
                @EventData("event.detail.size") double size) {
            super(source, fromClient);
            this.upload = upload;
            this.fileName = fileName;
            this.size = size;
        }

        /** Id of the upload, for {@code Uploads.finished}. */
        public String upload() {
            return upload;
        }

        /** Name of the file as the browser gave it. */
        public String fileName() {
            return fileName;
        }

        /** Its size in bytes. */
        public long size() {
            return (long) size;
        }
    }

    /**
     * @param purpose what the file is for, as the accessible name and the line above the button
     * @param endings file name endings that are taken, such as {@code .jsonl}; none: any
     */
    public UploadBox(Sentence purpose, String... endings) {
        Module.load(this, "hearth-upload");
        addClassName("hearth-upload");
        setWidthFull();
        getElement().setProperty("endings", String.join(",", endings));
        Wording.of(this).always(() -> {
            Map<String, String> texts = new TreeMap<>();
            TEXTS.forEach(text -> texts.put(text, Language.say("shell.upload." + text)));
            texts.put("purpose", Language.say(purpose));
            texts.put("locale", Language.tag(Language.current()));
            getElement().setProperty("texts", Json.write(texts));
        });
    }

    /** Is told of each file that has arrived whole. */
    public Registration onUploaded(ComponentEventListener<Uploaded> listener) {
        return addListener(Uploaded.class, listener);
    }

    /** Makes ready for another file. */
    public void reset() {
        Module.call(getElement(), "reset");
    }
}
