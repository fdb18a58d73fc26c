package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Sentence;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The registry, as other features see it. */
public interface Models {
    /**
     * A version by id ({@code mv-…}), or by name: {@code name} (its newest), {@code name:3}, {@code name@prod}.
     *
     * @throws io.hearth.ui.core.Problem if there is none
     */
    ModelVersion version(Handle handle, String reference);

    /** What a reference may be now, for choosing: {@code name@prod} and the like first, then every {@code name:3}, the newest first. */
    default List<String> references(Handle handle) {
        return List.of();
    }

    /** The files of a version as a worker's inputs below a folder, such as {@code base}. */
    List<WorkerSpec.Input> inputs(ModelVersion version, String folder);

    /** A folder on this machine that holds the small files of a base (configuration, tokenizer, chat template), made if missing. */
    Path textFiles(ModelVersion base);

    /**
     * Registers what a job has made, in the transaction that ends the job. Calling it again for the same job gives the same
     * version.
     *
     * @param files blobs that are in the blob store
     * @param lineage what it was made of
     */
    ModelVersion register(
            Handle handle,
            Actor actor,
            String model,
            ModelVersion.Kind kind,
            String base,
            String job,
            List<WorkerSpec.Input> files,
            Map<String, ?> lineage);

    /** Points an alias ({@code prod}, {@code candidate}) of a model to a version. */
    void alias(Handle handle, Actor actor, String model, String alias, String version);

    /** Features that depend on models tell by whom a version is needed, one sentence each, so that it is not deleted. */
    interface Dependant {
        List<Sentence> needing(Handle handle, String version);

        /** What was made of a version, or runs it, for the drawing of its lineage. */
        default List<Descendant> descendants(Handle handle, String version) {
            return List.of();
        }
    }

    /**
     * Something that was made of a version, or that runs it.
     *
     * @param id its id
     * @param label what it is called
     * @param kind what it is, such as a deployment
     * @param route its page, without a slash in front; empty: none
     */
    record Descendant(String id, String label, Sentence kind, String route) {}
}
