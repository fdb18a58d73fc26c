package io.hearth.ui.nodes;

import io.hearth.protocol.Enrolment;
import io.hearth.protocol.NodePaths;
import io.hearth.protocol.Protocol;
import io.hearth.ui.core.Problem;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Blobs over HTTP: to nodes, in ranges, and from nodes, in pieces that follow each other. Called on threads that may wait. */
final class BlobTransfer {
    /** Largest blob that a node may send. */
    static final long MAX_BYTES = 1L << 40;

    /** Left free on the disk. */
    private static final long DISK_RESERVE = 1L << 30;

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,15})-");
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,15})-(\\d{1,15})/(\\d{1,15})");
    private static final System.Logger LOG = System.getLogger(BlobTransfer.class.getName());

    private final Vertx vertx;
    private final NodeBlobs blobs;

    BlobTransfer(Vertx vertx, NodeBlobs blobs) {
        this.vertx = vertx;
        this.blobs = blobs;
    }

    void handle(HttpServerRequest request, String node, String sha256) throws Exception {
        try {
            if (request.method() == HttpMethod.PUT) {
                receive(request, node, sha256);
            } else if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) {
                send(request, node, sha256);
            } else {
                refuse(request, 405, "Blobs are read with GET and HEAD and sent with PUT.");
            }
        } catch (Problem e) {
            refuse(request, e.kind().status(), e.getMessage());
        }
    }

    void progress(HttpServerRequest request, String node, String sha256) {
        try {
            answer(request, 200, blobs.progress(node, sha256));
        } catch (Problem e) {
            refuse(request, e.kind().status(), e.getMessage());
        }
    }

    private void send(HttpServerRequest request, String node, String sha256) throws IOException {
        Path file = blobs.readable(node, sha256);
        if (file == null) {
            refuse(request, 404, "There is no such blob among the inputs of this node's workers.");
            return;
        }
        long size = Files.size(file);
        long first = 0;
        String range = request.getHeader("Range");
        if (range != null) {
            Matcher matcher = RANGE.matcher(range);
            first = matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
            if (first < 0 || first >= size) {
                request.response().putHeader("Content-Range", "bytes */" + size);
                refuse(request, 416, "The range is not within the blob's " + size + " bytes.");
                return;
            }
            request.response()
                    .setStatusCode(206)
                    .putHeader("Content-Range", "bytes " + first + "-" + (size - 1) + "/" + size);
        }
        HttpServerResponse response = request.response();
        response.putHeader("Content-Type", "application/octet-stream").putHeader("Accept-Ranges", "bytes");
        if (request.method() == HttpMethod.HEAD) {
            response.putHeader("Content-Length", Long.toString(size - first));
            response.end();
        } else {
            response.sendFile(file.toString(), first, size - first);
        }
    }

    private void receive(HttpServerRequest request, String node, String sha256) throws Exception {
        String header = request.getHeader("Content-Range");
        Matcher range = CONTENT_RANGE.matcher(header == null ? "" : header);
        if (!range.matches()) {
            refuse(request, 400, "A blob is sent with Content-Range: bytes FIRST-LAST/TOTAL.");
            return;
        }
        long first = Long.parseLong(range.group(1));
        long last = Long.parseLong(range.group(2));
        long total = Long.parseLong(range.group(3));
        String length = request.getHeader("Content-Length");
        if (first > last || last >= total || !Long.toString(last - first + 1).equals(length)) {
            refuse(request, 400, "Content-Range and Content-Length do not fit each other.");
            return;
        }
        if (total > MAX_BYTES) {
            refuse(request, 413, "A blob has at most " + MAX_BYTES + " bytes.");
            return;
        }
        Path part = blobs.part(node, sha256);
        if (!blobs.maySend(node)) {
            refuse(request, 403, "No worker of this node has results to send.");
            return;
        }
        if (Files.getFileStore(part.getParent()).getUsableSpace() - (total - first) < DISK_RESERVE) {
            refuse(request, 507, "The disk of the control plane is nearly full. Make room there.");
            return;
        }
        if (!blobs.take(part)) {
            answer(request, 409, blobs.progress(node, sha256));
            return;
        }
        try {
            NodePaths.BlobProgress present = blobs.progress(node, sha256);
            if (present.complete()) {
                answer(request, 201, present);
            } else if (present.received() != first) {
                answer(request, 409, present);
            } else {
                append(request, part, first);
                settle(request, node, sha256, part, total);
            }
        } finally {
            blobs.give(part);
        }
    }

    private void append(HttpServerRequest request, Path part, long first) throws Exception {
        AsyncFile file = get(vertx.fileSystem().open(part.toString(), new OpenOptions().setRead(false)));
        file.setWritePos(first);
        try {
            get(request.pipeTo(file));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "A node stopped sending a blob; what has arrived is kept", e);
            throw e;
        }
    }

    private void settle(HttpServerRequest request, String node, String sha256, Path part, long total)
            throws IOException {
        blobs.sync(part);
        long received = Files.size(part);
        if (received < total) {
            answer(request, 202, new NodePaths.BlobProgress(received, false));
        } else if (received == total && blobs.finish(node, sha256, part)) {
            answer(request, 201, new NodePaths.BlobProgress(total, true));
        } else {
            Files.deleteIfExists(part);
            refuse(
                    request,
                    422,
                    "What has arrived does not have the hash that was said. Send it again from the start.");
        }
    }

    private static <T> T get(io.vertx.core.Future<T> future) throws IOException, InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    /** Answers with a sentence. What the client still sends is not read. */
    static void refuse(HttpServerRequest request, int status, String sentence) {
        answer(request, status, new Enrolment.Refused(sentence));
    }

    /** Answers with JSON. */
    static void answer(HttpServerRequest request, int status, Object body) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status).putHeader("Content-Type", "application/json");
        if (!request.isEnded()) {
            response.putHeader("Connection", "close");
        }
        String text = Protocol.write(body);
        if (request.method() == HttpMethod.HEAD) {
            response.end();
        } else {
            response.end(text);
        }
        request.resume();
    }
}
