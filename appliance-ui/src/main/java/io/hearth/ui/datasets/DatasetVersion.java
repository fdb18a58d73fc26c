package io.hearth.ui.datasets;

/**
 * A version of a dataset: rows that never change, in one canonical JSON Lines file each for training and for evaluation.
 *
 * @param id its id, {@code dv-…}
 * @param dataset id of the dataset
 * @param name name of the dataset
 * @param version number from 1 within the dataset
 * @param hash SHA-256 of the canonical rows: names the version
 * @param shape {@code messages}, {@code prompt-completion} or {@code text}: how the canonical rows are written
 * @param rows rows in all
 * @param trainRows rows to train on
 * @param evaluationRows rows held out
 * @param trainBlob SHA-256 of the file of training rows
 * @param trainBytes its size
 * @param evaluationBlob SHA-256 of the file of held-out rows, or null
 * @param evaluationBytes its size
 * @param created milliseconds since 1970
 */
public record DatasetVersion(
        String id,
        String dataset,
        String name,
        int version,
        String hash,
        String shape,
        long rows,
        long trainRows,
        long evaluationRows,
        String trainBlob,
        long trainBytes,
        String evaluationBlob,
        long evaluationBytes,
        long created) {}
