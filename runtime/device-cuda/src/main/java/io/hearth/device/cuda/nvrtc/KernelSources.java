package io.hearth.device.cuda.nvrtc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sources of the kernels.
 *
 * @param files text by name, in the order of names: {@code .cu} and the {@code .h} that they include
 */
public record KernelSources(Map<String, String> files) {
    private static final String FOLDER = "cuda/src/";

    /**
     * Those that the build has put on the class path.
     *
     * @throws IOException if one of them is not there
     */
    public static KernelSources ofThisBuild() throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (String line : read("index").lines().toList()) {
            String file = line.substring(0, line.indexOf(' '));
            files.put(file, read(file));
        }
        return new KernelSources(files);
    }

    private static String read(String file) throws IOException {
        try (InputStream in = KernelSources.class.getClassLoader().getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IOException(FOLDER + file + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Names of the sources, without {@code .cu}. */
    public List<String> kernels() {
        return files.keySet().stream()
                .filter(file -> file.endsWith(".cu"))
                .map(file -> file.substring(0, file.length() - ".cu".length()))
                .toList();
    }

    /** What sources include, by the name by which they do. */
    Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>(files);
        headers.keySet().removeIf(file -> !file.endsWith(".h"));
        return headers;
    }
}
