package io.hearth.agent.workers;

import io.hearth.agent.common.Backoff;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The files of one worker on their way: inputs to its folder, outputs to the control plane. */
final class Travel {
    private static final long TELL_MILLIS = 500;

    private final WorkerFolder folder;
    private final Surroundings around;
    private final Runnable changed;
    private final Backoff backoff;
    private volatile WorkerStatus.Transfer progress;
    private long told;

    Travel(WorkerFolder folder, Surroundings around, Runnable changed) {
        this.folder = folder;
        this.around = around;
        this.changed = changed;
        this.backoff = new Backoff(
                around.limits().retryMillis(), around.limits().longestRetryMillis(), ThreadLocalRandom.current());
    }

    /** How far the present journey is; null if there is none. */
    WorkerStatus.Transfer progress() {
        return progress;
    }

    /** The journey has ended, in whatever way. */
    void arrived() {
        progress = null;
    }

    /** Wait before the next try. */
    long nextWait() {
        return backoff.next();
    }

    /** Whether every input is in its place. */
    boolean laid(WorkerSpec spec) throws IOException {
        for (WorkerSpec.Input input : inputs(spec)) {
            Path file = folder.inside(input.path());
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != input.size()) {
                return false;
            }
        }
        return true;
    }

    /** Lays every input in its place. */
    void lay(WorkerSpec spec, BooleanSupplier cancelled) throws IOException, Supplies.Refused, InterruptedException {
        List<WorkerSpec.Input> inputs = inputs(spec);
        long total = inputs.stream().mapToLong(WorkerSpec.Input::size).sum();
        long before = 0;
        for (WorkerSpec.Input input : inputs) {
            long base = before;
            Path target = folder.inside(input.path());
            Files.createDirectories(target.getParent());
            around.supplies().lay(input.sha256(), input.size(), target, bytes -> tell(base + bytes, total), cancelled);
            before += input.size();
            tell(before, total);
        }
        backoff.reset();
    }

    /** Sends every file of the output folders; hidden files, such as locks, and empty ones stay. */
    List<WorkerStatus.Output> send(WorkerSpec spec, BooleanSupplier cancelled)
            throws IOException, Supplies.Refused, InterruptedException {
        List<Path> files = new ArrayList<>();
        for (String output : spec.outputs() == null ? List.<String>of() : spec.outputs()) {
            files.addAll(files(folder.inside(output)));
        }
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        List<WorkerStatus.Output> sent = new ArrayList<>();
        long before = 0;
        for (Path file : files) {
            long base = before;
            long all = total;
            long size = Files.size(file);
            String sha256 = sha256(file);
            around.supplies().send(file, sha256, size, bytes -> tell(base + bytes, all), cancelled);
            before += size;
            tell(before, total);
            sent.add(new WorkerStatus.Output(folder.path().relativize(file).toString(), sha256, size));
        }
        backoff.reset();
        return sent;
    }

    private static List<WorkerSpec.Input> inputs(WorkerSpec spec) {
        return spec.inputs() == null ? List.of() : spec.inputs();
    }

    private List<Path> files(Path output) throws IOException {
        if (!Files.exists(output, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(output)) {
            return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> !file.getFileName().toString().startsWith(".")
                            && file.toFile().length() > 0)
                    .sorted()
                    .toList();
        }
    }

    private void tell(long done, long total) {
        progress = new WorkerStatus.Transfer(done, total);
        long now = around.now();
        if (now - told >= TELL_MILLIS) {
            told = now;
            changed.run();
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[128 << 10];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
