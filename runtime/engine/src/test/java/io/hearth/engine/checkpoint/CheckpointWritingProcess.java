package io.hearth.engine.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A program that writes checkpoints until it is killed; each is filled with one number, so that a mixture shows. */
final class CheckpointWritingProcess {
    private static final int ELEMENTS = 300_000;
    private static final List<String> TENSORS = List.of("first", "second");

    private CheckpointWritingProcess() {}

    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[1]);
        if (arguments[0].equals("once")) {
            try {
                writeWeights(directory.resolve("weights.safetensors"), 2);
            } catch (CheckpointException e) {
                System.out.println(e.getMessage());
            }
            return;
        }
        for (int value = 1; ; value++) {
            writeWeights(directory.resolve("weights.safetensors"), value);
            publish(directory.resolve("published"), value);
            if (value == 1) {
                // Only now, with every class loaded, is most of the time spent writing.
                System.out.print('s');
                System.out.flush();
            }
        }
    }

    static void publish(Path directory, int value) {
        AtomicFiles.publishDirectory(directory, fresh -> {
            Files.writeString(fresh.resolve("value"), Integer.toString(value));
            writeWeights(fresh.resolve("weights.safetensors"), value);
        });
    }

    static void writeWeights(Path file, int value) {
        float[] values = new float[ELEMENTS];
        Arrays.fill(values, value);
        List<SafetensorsWriter.Entry> entries = TENSORS.stream()
                .map(name -> new SafetensorsWriter.Entry(
                        name, StoredType.F32, new long[] {ELEMENTS}, MemorySegment.ofArray(values)))
                .toList();
        SafetensorsWriter.write(file, entries, Map.of("value", Integer.toString(value)));
    }

    /** The number that fills the file; an error where it is not one and the same throughout. */
    static int requireWhole(Path file) {
        try (SafetensorsFile weights = SafetensorsFile.open(file)) {
            int value = Integer.parseInt(weights.metadata().get("value"));
            for (String name : TENSORS) {
                for (float element : weights.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
                    if (element != value) {
                        throw new AssertionError(file + " is a mixture of " + value + " and " + element);
                    }
                }
            }
            return value;
        }
    }

    static void requireWholeDirectory(Path directory) throws IOException {
        int value = requireWhole(directory.resolve("weights.safetensors"));
        int noted = Integer.parseInt(Files.readString(directory.resolve("value")));
        if (noted != value) {
            throw new AssertionError(directory + " is a mixture of " + noted + " and " + value);
        }
    }
}
