package io.hearth.agent.workers;

import io.hearth.protocol.Protocol;
import io.hearth.protocol.WorkerSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Starts workers as units of systemd, each with rights, memory and devices of its own. The agent has no right to make units: it asks
 * the system image's {@code start-worker} over a UNIX socket, one connection for each worker. The answer comes in lines of JSON:
 * that the process lives, and how it ended. The process outlives the connection, unless it breaks before the first answer: what
 * nobody has heard of is ended by {@code start-worker} itself.
 */
public final class WorkerUnits implements WorkerStarter {
    /** Ending what is left of a former start may take as long as a unit's time to stop. */
    private static final long PATIENCE_SECONDS = 90;

    private static final System.Logger LOG = System.getLogger(WorkerUnits.class.getName());

    private final Path socket;
    private final Long defaultHeapBytes;

    /**
     * @param socket where workers are asked for
     * @param defaultHeapBytes Java memory of a worker that asks for none in particular; null: as the image's command file says
     */
    public WorkerUnits(Path socket, Long defaultHeapBytes) {
        this.socket = socket;
        this.defaultHeapBytes = defaultHeapBytes;
    }

    private record Request(String worker, String kind, String card, Long heap, String token) {}

    /** One line of the answer: one of the three. */
    private record Line(Started started, Ended ended, String refused) {}

    private record Started(long pid, String unit) {}

    private record Ended(int code) {}

    @Override
    public RunningProcess start(WorkerSpec spec, WorkerFolder folder, String token)
            throws IOException, InterruptedException {
        Long heap = spec.heapBytes() != null ? spec.heapBytes() : defaultHeapBytes;
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean lives = false;
        try {
            connect(channel);
            write(channel, new Request(spec.id(), spec.kind().command(), spec.card(), heap, token));
            CompletableFuture<Started> started = new CompletableFuture<>();
            CompletableFuture<OptionalInt> end = new CompletableFuture<>();
            Thread.ofVirtual().name("unit-" + spec.id()).start(() -> listen(channel, spec.id(), started, end));
            long pid = started.get(PATIENCE_SECONDS, TimeUnit.SECONDS).pid();
            lives = true;
            return RunningProcess.unit(ProcessMark.of(pid).orElse(new ProcessMark(pid, -1, "")), end);
        } catch (ExecutionException refused) {
            throw new IOException(refused.getCause().getMessage(), refused.getCause());
        } catch (TimeoutException silent) {
            throw new IOException("The system has not started it within " + PATIENCE_SECONDS + " seconds.", silent);
        } finally {
            if (!lives) {
                channel.close();
            }
        }
    }

    private void connect(SocketChannel channel) throws IOException {
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new IOException("The system cannot be asked at " + socket + ": " + e.getMessage(), e);
        }
    }

    private static void write(SocketChannel channel, Request request) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((Protocol.write(request) + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
            channel.write(line);
        }
    }

    /** Hears the connection to its end. */
    private static void listen(
            SocketChannel channel,
            String worker,
            CompletableFuture<Started> started,
            CompletableFuture<OptionalInt> end) {
        try (channel;
                BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                Line line = Protocol.read(text, Line.class);
                if (line.started() != null) {
                    started.complete(line.started());
                } else if (line.ended() != null) {
                    end.complete(OptionalInt.of(line.ended().code()));
                } else if (line.refused() != null) {
                    started.completeExceptionally(new IOException(line.refused()));
                }
            }
        } catch (IOException | IllegalArgumentException broken) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The system tells no more of worker {0}: {1}",
                    worker,
                    broken.toString());
        } finally {
            started.completeExceptionally(new IOException("The system has not said whether it was started."));
            end.complete(OptionalInt.empty());
        }
    }
}
