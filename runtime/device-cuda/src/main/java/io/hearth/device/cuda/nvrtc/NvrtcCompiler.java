package io.hearth.device.cuda.nvrtc;

import io.hearth.device.DeviceException;
import io.hearth.device.cuda.library.NvidiaLibraries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Kernels for one kind of card, compiled on the machine that has it. They are kept in a folder that is named after the sources,
 * the target and the compiler's version; it is filled under another name and then renamed, so that it is whole or not there.
 */
public final class NvrtcCompiler {
    private static final System.Logger LOG = System.getLogger(NvrtcCompiler.class.getName());

    /** The compiler recurses deeply; it is made for the main thread's stack. */
    private static final long STACK_BYTES = 64L << 20;

    private final Nvrtc nvrtc;
    private final KernelSources sources;
    private final List<Path> roots;

    /** @param roots folders for the cache; the first that can be written to is used */
    NvrtcCompiler(Nvrtc nvrtc, KernelSources sources, List<Path> roots) {
        this.nvrtc = nvrtc;
        this.sources = sources;
        this.roots = List.copyOf(roots);
    }

    /**
     * The kernels of this build for a card.
     *
     * @param computeCapability of the card, such as 90
     * @return a folder with the images and an index of them, as the build makes it
     * @throws DeviceException with a sentence, if they cannot be compiled or kept
     */
    public static Path compile(NvidiaLibraries libraries, int computeCapability) {
        Nvrtc nvrtc = Nvrtc.load(libraries);
        try {
            return new NvrtcCompiler(nvrtc, KernelSources.ofThisBuild(), usualRoots()).compile(computeCapability);
        } catch (IOException e) {
            throw new DeviceException("The kernels for the card could not be compiled: " + e.getMessage() + ".", e);
        }
    }

    private static List<Path> usualRoots() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"), "hearth-" + System.getProperty("user.name"));
        String home = System.getenv("HEARTH_HOME");
        Path usual = home == null || home.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "hearth")
                : Path.of(home, "cache");
        return List.of(usual, temporary);
    }

    /** See {@link #compile(NvidiaLibraries, int)}. */
    Path compile(int computeCapability) throws IOException {
        String target = target(computeCapability);
        String key = key(target);
        IOException refusal = new IOException("there is no folder to keep them in");
        for (Path root : roots) {
            Path folder = root.resolve("kernels").resolve(key);
            if (Files.isReadable(folder.resolve("index"))) {
                return folder;
            }
            try {
                Files.createDirectories(folder.getParent());
                return make(folder, target);
            } catch (IOException e) {
                refusal = e;
            }
        }
        throw refusal;
    }

    /** The card itself if the compiler knows it; else PTX, of which the driver makes what the card needs. */
    private String target(int computeCapability) {
        List<Integer> known = nvrtc.capabilities();
        if (known.contains(computeCapability)) {
            return "sm_" + computeCapability;
        }
        return known.stream()
                .filter(capability -> capability < computeCapability)
                .max(Integer::compare)
                .map(capability -> "compute_" + capability)
                .orElseThrow(() -> new DeviceException("NVIDIA's runtime compiler " + nvrtc.version()
                        + " makes no kernels for compute capability " + computeCapability / 10.0 + "."));
    }

    private String key(String target) {
        MessageDigest digest = sha256();
        digest.update((nvrtc.version() + "\n" + target + "\n").getBytes(StandardCharsets.UTF_8));
        sources.files().forEach((file, text) -> {
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            digest.update((file + " " + content.length + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(content);
        });
        return HexFormat.of().formatHex(digest.digest(), 0, 12);
    }

    private Path make(Path folder, String target) throws IOException {
        LOG.log(System.Logger.Level.INFO, "Compiling kernels for {0}, once for this version of Hearth", target);
        Path part = Files.createTempDirectory(folder.getParent(), folder.getFileName() + ".");
        try {
            StringBuilder index = new StringBuilder();
            for (Map.Entry<String, byte[]> image : compileAll(target).entrySet()) {
                String file = image.getKey() + "." + target + (target.startsWith("sm_") ? ".cubin" : ".ptx");
                Files.write(part.resolve(file), image.getValue());
                String hash = HexFormat.of().formatHex(sha256().digest(image.getValue()));
                index.append(String.join(" ", image.getKey(), target, file, hash))
                        .append('\n');
            }
            Files.writeString(part.resolve("index"), index);
            try {
                Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                // Another process may have been faster, and a folder that is not empty is not replaced.
                if (!Files.isReadable(folder.resolve("index"))) {
                    throw e;
                }
            }
            return folder;
        } finally {
            delete(part);
        }
    }

    /** Images by name, in the order of names. */
    private Map<String, byte[]> compileAll(String target) throws IOException {
        Map<String, Future<byte[]>> running = new TreeMap<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(), task -> new Thread(null, task, "nvrtc", STACK_BYTES))) {
            for (String name : sources.kernels()) {
                running.put(name, threads.submit(() -> compile(name, target)));
            }
            Map<String, byte[]> images = new TreeMap<>();
            for (Map.Entry<String, Future<byte[]>> entry : running.entrySet()) {
                images.put(entry.getKey(), entry.getValue().get());
            }
            return images;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the compilation was interrupted", e);
        }
    }

    private byte[] compile(String name, String target) {
        String file = name + ".cu";
        byte[] image = nvrtc.compile(file, sources.files().get(file), sources.headers(), target)
                .image();
        // PTX comes with the zero of a C string, which whoever hands it to the driver adds by himself.
        return target.startsWith("sm_") ? image : Arrays.copyOf(image, image.length - 1);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(folder);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
