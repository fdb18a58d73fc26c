package io.hearth.ui.datasets;

import io.hearth.ui.datasets.reading.ImportSettings;
import java.util.List;
import java.util.Map;

/**
 * What is known about how a version came to be.
 *
 * @param importId the import it was made of
 * @param fileName the file it was made of
 * @param evaluationFileName the file with its held-out rows, or null
 * @param settings how the file was read
 * @param badRows bad rows of the file, which are not in the version
 * @param badByCode how many of each kind
 * @param badRowsLeftOutBy who chose to go on without them, or null if there were none
 * @param copiesLeftOut repetitions that were left out
 * @param leaksLeftOut training rows that were left out because a held-out row is like them
 * @param evaluationShare share to hold out that was asked for; null with a file of its own
 * @param seed drew the held-out rows
 * @param clusters clusters of near-duplicates
 * @param characters how many rows have up to 2^i characters, by i
 * @param oneCluster whether nothing could be held out because all rows are alike
 */
public record VersionFacts(
        String importId,
        String fileName,
        String evaluationFileName,
        ImportSettings settings,
        long badRows,
        Map<String, Long> badByCode,
        String badRowsLeftOutBy,
        long copiesLeftOut,
        long leaksLeftOut,
        Double evaluationShare,
        long seed,
        long clusters,
        List<Long> characters,
        boolean oneCluster) {}
