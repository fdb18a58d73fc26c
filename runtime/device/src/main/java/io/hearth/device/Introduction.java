package io.hearth.device;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;

/**
 * How processes that know a group's id come to be connected, each with each. The id is the port on which rank 0 listens and a
 * secret that keeps other users of the machine out. Every rank tells rank 0 its own port and learns all of them.
 */
final class Introduction {
    private static final int SECRET_BYTES = 16;

    /** A stranger who connects and says nothing is not waited for any longer. */
    private static final int GREETING_MILLIS = 5_000;

    private final Rendezvous rendezvous;
    private final int rank;
    private final int size;
    private final Duration patience;
    private final Waiting waiting;
    private final Connection[] others;
    private byte[] secret;

    Introduction(Rendezvous rendezvous, int rank, int size, Duration patience) {
        this.rendezvous = rendezvous;
        this.rank = rank;
        this.size = size;
        this.patience = patience;
        waiting = new Waiting(rank, "join the group", rendezvous, patience);
        others = new Connection[size];
    }

    /** A connection to every other rank, by number; null for this one. */
    Connection[] connect() {
        boolean complete = false;
        try (ServerSocket listener = new ServerSocket(0, size, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(Waiting.GLANCE_MILLIS);
            byte[] id = rendezvous.enter(rank, size, () -> id(listener.getLocalPort()), patience);
            if (id.length != Integer.BYTES + SECRET_BYTES) {
                throw new DeviceException(
                        "The group's id is not one of ranks that exchange over this machine's memory.");
            }
            secret = Arrays.copyOfRange(id, Integer.BYTES, id.length);
            int[] ports = rank == 0
                    ? welcomeAll(listener)
                    : introduce(listener, ByteBuffer.wrap(id).getInt());
            for (int lower = 1; lower < rank; lower++) {
                others[lower] = new Connection(greet(ports[lower], 0));
            }
            while (rank > 0 && Arrays.stream(others, rank + 1, size).anyMatch(other -> other == null)) {
                welcome(listener, new int[size]);
            }
            complete = true;
            return others;
        } catch (IOException e) {
            throw waiting.closed(e.getMessage());
        } finally {
            if (!complete) {
                closeAll();
            }
        }
    }

    private static byte[] id(int port) {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return ByteBuffer.allocate(Integer.BYTES + SECRET_BYTES)
                .putInt(port)
                .put(secret)
                .array();
    }

    /** Rank 0: waits for all, and tells each where the others listen. */
    private int[] welcomeAll(ServerSocket listener) throws IOException {
        int[] ports = new int[size];
        while (Arrays.stream(others, 1, size).anyMatch(other -> other == null)) {
            welcome(listener, ports);
        }
        ByteBuffer list = ByteBuffer.allocate(size * Integer.BYTES);
        Arrays.stream(ports).forEach(list::putInt);
        for (int other = 1; other < size; other++) {
            others[other].write(new Meeting.Message("ports", list.array()));
        }
        return ports;
    }

    /** Another rank: makes itself known to rank 0, and learns where the others listen. */
    private int[] introduce(ServerSocket listener, int port) throws IOException {
        others[0] = new Connection(greet(port, listener.getLocalPort()));
        ByteBuffer list = ByteBuffer.wrap(others[0].read(waiting).data());
        int[] ports = new int[size];
        Arrays.setAll(ports, i -> list.getInt());
        return ports;
    }

    private Socket greet(int port, int own) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), GREETING_MILLIS);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.write(ByteBuffer.allocate(SECRET_BYTES + 2 * Integer.BYTES)
                .put(secret)
                .putInt(rank)
                .putInt(own)
                .array());
        return socket;
    }

    /** Takes one connection, if one comes within a moment and knows the secret. */
    private void welcome(ServerSocket listener, int[] ports) throws IOException {
        Socket socket;
        try {
            socket = listener.accept();
        } catch (SocketTimeoutException e) {
            waiting.check();
            return;
        }
        try {
            socket.setSoTimeout(GREETING_MILLIS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] said = in.readNBytes(SECRET_BYTES);
            int other = in.readInt();
            int port = in.readInt();
            if (MessageDigest.isEqual(said, secret) && other > rank && other < size && others[other] == null) {
                ports[other] = port;
                others[other] = new Connection(socket);
                return;
            }
        } catch (IOException e) {
            // A stranger; the rank itself, if it was one, is missed by the check.
        }
        socket.close();
    }

    private void closeAll() {
        for (Connection other : others) {
            if (other != null) {
                other.close();
            }
        }
    }
}
