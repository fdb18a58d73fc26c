package io.hearth.agent.telemetry.ascend;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The command that comes with the driver of Ascend cards. */
final class NpuSmi {
    private static final String NAME = "npu-smi";
    private static final List<String> USUAL = List.of("/usr/local/bin", "/usr/local/sbin", "/usr/sbin");
    private static final int MOST_BYTES = 1 << 20;

    private final Path program;
    private final long patienceMillis;

    /** @param patienceMillis so long it may take before it is ended */
    NpuSmi(Path program, long patienceMillis) {
        this.program = program;
        this.patienceMillis = patienceMillis;
    }

    /**
     * The command of this machine.
     *
     * @param path folders to look in, as {@code PATH} names them; the usual ones follow
     */
    static Optional<Path> find(String path) {
        List<String> folders = new ArrayList<>();
        if (path != null) {
            folders.addAll(List.of(path.split(File.pathSeparator)));
        }
        folders.addAll(USUAL);
        return folders.stream()
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, NAME))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * What {@code npu-smi info} prints.
     *
     * @throws IOException if it cannot be had, with a sentence
     */
    String info() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString(), "info")
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            CompletableFuture<String> said = read(process.getInputStream());
            if (!process.waitFor(patienceMillis, TimeUnit.MILLISECONDS)) {
                throw new IOException(program + " has not answered within " + patienceMillis / 1000 + " seconds.");
            }
            String text = said.get(patienceMillis, TimeUnit.MILLISECONDS);
            if (process.exitValue() != 0) {
                throw new IOException(program + " ended with exit code " + process.exitValue() + ".");
            }
            return text;
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("What " + program + " says cannot be read.", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static CompletableFuture<String> read(InputStream from) {
        CompletableFuture<String> said = new CompletableFuture<>();
        Thread.ofVirtual().name(NAME).start(() -> {
            try (from) {
                said.complete(new String(from.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
            } catch (IOException e) {
                said.completeExceptionally(e);
            }
        });
        return said;
    }
}
