package io.hearth.ui.setup;

import io.hearth.ui.certificates.PrivateFile;
import io.hearth.ui.core.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How far the set-up is.
 *
 * @param step the step to go on with
 * @param controlPlane address of the control plane to join that was typed last; may be empty
 */
record SetUpProgress(Step step, String controlPlane) {
    static final SetUpProgress BEGIN = new SetUpProgress(Step.LANGUAGE, "");

    /** What is kept in a file; the beginning if nothing is, or nothing that can be read. */
    static SetUpProgress read(Path file) {
        try {
            return Files.exists(file) ? Json.read(Files.readString(file), SetUpProgress.class) : BEGIN;
        } catch (IOException | IllegalStateException e) {
            return BEGIN;
        }
    }

    /** Keeps it: whole or not at all. */
    void write(Path file) {
        try {
            PrivateFile.write(file, Json.write(this).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("How far the set-up is cannot be kept in " + file + ".", e);
        }
    }
}
