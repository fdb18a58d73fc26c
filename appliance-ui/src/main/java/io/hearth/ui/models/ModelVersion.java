package io.hearth.ui.models;

import io.hearth.protocol.WorkerSpec;
import java.util.List;

/**
 * A version of a model in the registry. It never changes.
 *
 * @param id its id, {@code mv-…}
 * @param model name of the model
 * @param version number from 1 within the model
 * @param kind what its files are
 * @param base for an adapter: id of the base's version; else null
 * @param hash SHA-256 over the sorted list of its files' paths and hashes
 * @param files its files, paths relative to its own folder
 * @param sizeBytes sum of the files
 * @param parameters number of weights, if known
 * @param contextLength longest context in tokens, if known
 * @param job job that made it, or null
 * @param created milliseconds since 1970
 */
public record ModelVersion(
        String id,
        String model,
        int version,
        Kind kind,
        String base,
        String hash,
        List<WorkerSpec.Input> files,
        long sizeBytes,
        Long parameters,
        Integer contextLength,
        String job,
        long created) {
    /** What the files are. */
    public enum Kind {
        /** Whole weights in Hugging Face layout. */
        BASE,
        /** A LoRA adapter in PEFT layout. */
        ADAPTER
    }
}
