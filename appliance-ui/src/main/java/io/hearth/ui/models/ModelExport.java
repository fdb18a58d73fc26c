package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Sentence;
import java.util.List;

/**
 * A merged model on its way out.
 *
 * @param id its id, {@code export-…}
 * @param version the adapter's version
 * @param state how far it is
 * @param worker its worker, or null
 * @param files files of the merged model, once it is ready
 * @param reason why it waits or has failed, as it is said in English, or null
 * @param created milliseconds since 1970
 */
public record ModelExport(
        String id,
        String version,
        State state,
        String worker,
        List<WorkerSpec.Input> files,
        String reason,
        long created) {
    /** How far an export is. */
    public enum State {
        QUEUED,
        RUNNING,
        READY,
        FAILED;

        /** The name in requests. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Beginning of the owner of an export's worker. */
    static final String OWNER = "export/";

    static String text(Sentence reason) {
        return reason == null ? null : reason.toString();
    }
}
