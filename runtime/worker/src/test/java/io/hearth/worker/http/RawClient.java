package io.hearth.worker.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client that writes and reads bytes, for what no library would do. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket();
        // Little, so that a client that does not read is soon noticed.
        socket.setReceiveBufferSize(1 << 16);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.setSoTimeout(30_000);
        in = socket.getInputStream();
    }

    RawClient post(String path, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + bytes.length + "\r\n\r\n");
        socket.getOutputStream().write(bytes);
        return this;
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Everything up to and with this text. */
    String readUntil(String end) throws IOException {
        StringBuilder bytes = new StringBuilder();
        String last = new String(end.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        while (bytes.indexOf(last, Math.max(0, bytes.length() - last.length())) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended after: " + utf8(bytes));
            }
            bytes.append((char) next);
        }
        return utf8(bytes);
    }

    private static String utf8(CharSequence bytes) {
        return new String(bytes.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Everything until the server closes the connection. */
    String readAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The last bytes that still come before the connection ends, in order or not. */
    String readToTheBitterEnd() throws IOException {
        byte[] last = new byte[0];
        byte[] buffer = new byte[1 << 16];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                last = Arrays.copyOf(buffer, read);
            }
        } catch (SocketException e) {
            // Reset: that is an end, too.
        }
        return new String(last, StandardCharsets.UTF_8);
    }

    /** The data of one chunk of a response in chunks; empty for the last. */
    String readChunk() throws IOException {
        int length = Integer.parseInt(readUntil("\r\n").strip(), 16);
        byte[] data = in.readNBytes(length);
        in.readNBytes(2);
        return new String(data, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
