package io.hearth.device;

import io.hearth.device.Meeting.Message;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The connection to another rank. Messages are a length and text for the call, a length and bytes for the data. */
final class Connection implements AutoCloseable {
    private static final int MOST_BYTES = 1 << 30;

    private final Socket socket;
    private final InputStream in;
    private final DataOutputStream out;

    Connection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(Waiting.GLANCE_MILLIS);
        in = socket.getInputStream();
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
    }

    /** Hands a message to the system; waits where the other rank does not read. */
    synchronized void write(Message message) throws IOException {
        byte[] call = message.call().getBytes(StandardCharsets.UTF_8);
        out.writeInt(call.length);
        out.write(call);
        out.writeInt(message.data().length);
        out.write(message.data());
        out.flush();
    }

    /**
     * Waits for a message.
     *
     * @throws IOException if the other rank has closed the connection
     * @throws RankLostException if the waiting has an end
     */
    Message read(Waiting waiting) throws IOException {
        String call = new String(bytes(length(waiting), waiting), StandardCharsets.UTF_8);
        return new Message(call, bytes(length(waiting), waiting));
    }

    private int length(Waiting waiting) throws IOException {
        int length = ByteBuffer.wrap(bytes(Integer.BYTES, waiting)).getInt();
        if (length < 0 || length > MOST_BYTES) {
            throw new IOException("a message of " + length + " bytes");
        }
        return length;
    }

    private byte[] bytes(int count, Waiting waiting) throws IOException {
        byte[] bytes = new byte[count];
        int have = 0;
        while (have < count) {
            try {
                int more = in.read(bytes, have, count - have);
                if (more < 0) {
                    throw new EOFException();
                }
                have += more;
            } catch (SocketTimeoutException e) {
                waiting.check();
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
