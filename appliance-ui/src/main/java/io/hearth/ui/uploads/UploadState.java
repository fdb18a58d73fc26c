package io.hearth.ui.uploads;

/**
 * How far an upload is.
 *
 * @param id its id
 * @param name file name without any folder
 * @param size bytes of the whole file
 * @param received bytes that are on disk: send on from here
 * @param chunkSize most bytes that are taken at once
 * @param created milliseconds since 1970
 */
public record UploadState(String id, String name, long size, long received, int chunkSize, long created) {}
