package io.hearth.device.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A deliberate error in a kernel, and how it is found.
 *
 * @param name of the fault
 * @param source the file that is compiled with it
 * @param file where it is: the source or a header
 * @param right what stands there
 * @param wrong what stands there instead
 * @param kernel method of {@link io.hearth.device.Kernels} that shows it
 * @param plainFinds part of what is said about it without the checked build: by the emulator, or by the conformance kit, whose
 *     words begin with "kit:"; empty if it is not found so
 * @param checkedFinds part of what the checked build says; empty if it has nothing to say
 */
record Fault(
        String name,
        String source,
        String file,
        String right,
        String wrong,
        String kernel,
        String plainFinds,
        String checkedFinds) {
    /** The text of a file, with the fault if it is there. */
    String in(Path path) throws IOException {
        String text = Files.readString(path);
        if (!path.getFileName().toString().equals(file)) {
            return text;
        }
        if (!text.contains(right)) {
            throw new AssertionError("The fault " + name + " no longer fits " + file + ", which has no: " + right);
        }
        return text.replace(right, wrong);
    }
}
