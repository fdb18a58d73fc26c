package io.hearth.ui.deployments;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A model version with settings that a deployment serves or has served. It never changes.
 *
 * @param number from 1 within the deployment
 * @param reference what was asked for: a version, or a name or alias that may move on
 * @param version id of the model version that this was
 * @param label model and version for a person, such as {@code support:4}
 * @param settings with nothing left open
 * @param memoryBytes memory that a worker is taken to need
 * @param returnsTo number of the revision that it repeats, or null
 * @param created milliseconds since 1970
 * @param createdBy name of who made it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Revision(
        int number,
        String reference,
        String version,
        String label,
        Settings settings,
        long memoryBytes,
        Integer returnsTo,
        long created,
        String createdBy) {}
