package io.hearth.contract;

/**
 * Base and adapter to be written as one model: the task file of {@code worker merge}. Relative paths are relative to the file's
 * directory.
 *
 * @param merge id; default {@code merge}
 * @param base directory of the base model
 * @param adapter directory of the adapter
 * @param output directory that receives the model in Hugging Face layout
 * @param device card to use; default the first one
 */
public record MergeJob(String merge, String base, String adapter, String output, String device) {}
