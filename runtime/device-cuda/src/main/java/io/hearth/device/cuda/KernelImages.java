package io.hearth.device.cuda;

import io.hearth.device.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The kernels that this build has made for cards: for each source file a cubin per kind of card, and PTX, which the driver
 * compiles for cards that came later. The file {@code index} has a line for each: name of the source, target ({@code sm_90}
 * or {@code compute_90}), file, SHA-256 in hexadecimal.
 */
final class KernelImages {
    private static final String FOLDER = "cuda/";
    private static final String INDEX = "index";

    private final Source source;
    private final List<Image> images;

    private record Image(String name, String target, String file, String sha256) {}

    /** Where the files are; null for one that is not there. */
    private interface Source {
        byte[] read(String file) throws IOException;
    }

    private KernelImages(Source source) {
        this.source = source;
        images = index();
    }

    /**
     * Those of this build, or of the folder that the property {@code hearth.cuda.kernels}, else the variable
     * HEARTH_CUDA_KERNELS, names.
     */
    static KernelImages ofThisBuild() {
        String folder = System.getProperty("hearth.cuda.kernels", System.getenv("HEARTH_CUDA_KERNELS"));
        return folder == null || folder.isBlank() ? new KernelImages(KernelImages::resource) : in(Path.of(folder));
    }

    static KernelImages in(Path folder) {
        return new KernelImages(
                file -> Files.isReadable(folder.resolve(file)) ? Files.readAllBytes(folder.resolve(file)) : null);
    }

    private static byte[] resource(String file) throws IOException {
        try (InputStream in = KernelImages.class.getClassLoader().getResourceAsStream(FOLDER + file)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    private List<Image> index() {
        byte[] index = read(INDEX);
        if (index == null) {
            return List.of();
        }
        return new String(index, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.trim().split("\\s+"))
                .map(part -> new Image(part[0], part[1], part[2], part[3]))
                .toList();
    }

    /**
     * The images for a card, one for each source, or nothing if one of them has none that runs there.
     *
     * @param computeCapability such as 90
     */
    Optional<Chosen> forCapability(int computeCapability) {
        Map<String, Image> best = new LinkedHashMap<>();
        for (Image image : images) {
            best.putIfAbsent(image.name(), null);
            Image known = best.get(image.name());
            int rank = rank(image.target(), computeCapability);
            if (rank > 0 && (known == null || rank > rank(known.target(), computeCapability))) {
                best.put(image.name(), image);
            }
        }
        return best.isEmpty() || best.containsValue(null)
                ? Optional.empty()
                : Optional.of(new Chosen(List.copyOf(best.values())));
    }

    /**
     * How well a target serves a card, 0 if not at all. Cubins run on cards of the same major version and the same or a
     * higher minor one; those whose name ends in a letter only on exactly that card; PTX on all cards from its version on.
     */
    static int rank(String target, int computeCapability) {
        boolean cubin = target.startsWith("sm_");
        String version = target.substring(target.indexOf('_') + 1);
        boolean exact = Character.isLetter(version.charAt(version.length() - 1));
        int number = Integer.parseInt(exact ? version.substring(0, version.length() - 1) : version);
        if (number > computeCapability || exact && number != computeCapability) {
            return 0;
        }
        if (!cubin) {
            return number;
        }
        return number / 10 == computeCapability / 10 ? 10_000 + 2 * number + (exact ? 1 : 0) : 0;
    }

    /** Images that were chosen, and not read yet. */
    final class Chosen {
        private final List<Image> chosen;

        private Chosen(List<Image> chosen) {
            this.chosen = chosen;
        }

        /** The targets that they were made for. */
        String describe() {
            return String.join(
                    ", ", chosen.stream().map(Image::target).distinct().toList());
        }

        List<byte[]> read() {
            return chosen.stream().map(this::read).toList();
        }

        private byte[] read(Image image) {
            byte[] content = KernelImages.this.read(image.file());
            if (content == null || !sha256(content).equals(image.sha256())) {
                throw new DeviceException("The kernels in this build are damaged: " + image.file()
                        + " is missing or is not what was built. Install Hearth again.");
            }
            boolean text = image.target().startsWith("compute_");
            return text ? Arrays.copyOf(content, content.length + 1) : content;
        }
    }

    private byte[] read(String file) {
        try {
            return source.read(file);
        } catch (IOException e) {
            throw new DeviceException("The kernels of this build cannot be read: " + e.getMessage() + ".", e);
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
