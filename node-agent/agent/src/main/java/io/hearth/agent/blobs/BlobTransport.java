package io.hearth.agent.blobs;

import io.hearth.agent.common.LogText;
import io.hearth.agent.enrolment.NodeIdentity;
import io.hearth.agent.enrolment.PinnedTrust;
import io.hearth.agent.enrolment.Tls;
import io.hearth.agent.workers.Supplies;
import io.hearth.protocol.NodePaths;
import io.hearth.protocol.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** Blobs over mutual TLS, as the control plane's node port offers them. */
final class BlobTransport implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int CHUNK = 4 << 20;

    private final URI control;
    private final HttpClient client;

    BlobTransport(URI control, NodeIdentity identity) {
        this.control = control;
        this.client = Tls.client(PinnedTrust.of(identity.authority()), identity);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /**
     * The bytes of a blob.
     *
     * @param from where they begin
     * @param body the bytes
     */
    record Part(long from, InputStream body) {}

    /** Asks for a blob from a byte on; the answer may begin earlier. */
    Part get(String sha256, long from) throws IOException, Supplies.Refused, InterruptedException {
        HttpRequest.Builder request = request(NodePaths.BLOBS + sha256);
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        HttpResponse<InputStream> answer =
                client.send(request.GET().build(), HttpResponse.BodyHandlers.ofInputStream());
        switch (answer.statusCode()) {
            case 200 -> {
                return new Part(0, answer.body());
            }
            case 206 -> {
                return new Part(from, answer.body());
            }
            case 404 -> {
                answer.body().close();
                throw new Supplies.Refused("The control plane has no file with the hash " + sha256
                        + " any more, which this worker needs. Start it again from data and models that are there.");
            }
            default -> {
                answer.body().close();
                throw unexpected("A file could not be fetched", answer.statusCode());
            }
        }
    }

    /** Sends what the control plane lacks of a file, which is not empty. */
    void put(Path file, String sha256, long size, LongConsumer sent, BooleanSupplier cancelled)
            throws IOException, InterruptedException {
        NodePaths.BlobProgress there = progress(sha256);
        if (there.complete()) {
            sent.accept(size);
            return;
        }
        long offset = Math.clamp(there.received(), 0, size);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (true) {
                if (cancelled.getAsBoolean()) {
                    throw new IOException("Sending was called off.");
                }
                byte[] chunk = read(channel, offset, (int) Math.min(CHUNK, size - offset));
                HttpResponse<String> answer = send(sha256, chunk, offset, size);
                switch (answer.statusCode()) {
                    case 200, 201, 204 -> {
                        sent.accept(size);
                        return;
                    }
                    case 202 -> offset += chunk.length;
                    case 409 -> {
                        NodePaths.BlobProgress progress = read(answer.body());
                        if (progress.complete()) {
                            return;
                        }
                        if (progress.received() == offset) {
                            throw unexpected("A result was refused", 409);
                        }
                        offset = Math.clamp(progress.received(), 0, size);
                    }
                    default -> throw unexpected("A result could not be sent", answer.statusCode());
                }
                sent.accept(offset);
            }
        }
    }

    private HttpResponse<String> send(String sha256, byte[] chunk, long offset, long size)
            throws IOException, InterruptedException {
        String range = "bytes " + offset + "-" + (offset + chunk.length - 1) + "/" + size;
        HttpRequest put = request(NodePaths.BLOBS + sha256)
                .header("Content-Type", "application/octet-stream")
                .header("Content-Range", range)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(chunk))
                .build();
        return client.send(put, HttpResponse.BodyHandlers.ofString());
    }

    private NodePaths.BlobProgress progress(String sha256) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(request(NodePaths.UPLOADS + sha256).GET().build(), HttpResponse.BodyHandlers.ofString());
        return switch (answer.statusCode()) {
            case 200 -> read(answer.body());
            case 404 -> new NodePaths.BlobProgress(0, false);
            default -> throw unexpected("A result could not be sent", answer.statusCode());
        };
    }

    private static NodePaths.BlobProgress read(String body) throws IOException {
        try {
            return Protocol.read(body, NodePaths.BlobProgress.class);
        } catch (IllegalArgumentException e) {
            throw new IOException("The control plane's answer cannot be read: " + LogText.safe(e.getMessage()), e);
        }
    }

    private static byte[] read(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException("A result changed while it was sent.");
            }
        }
        return buffer.array();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(control.resolve(path)).timeout(ANSWER);
    }

    private static IOException unexpected(String what, int status) {
        return new IOException(what + ": the control plane answered with status " + status + ".");
    }
}
