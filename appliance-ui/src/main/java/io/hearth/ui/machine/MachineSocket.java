package io.hearth.ui.machine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.LogText;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Asks the machine for something: a connection for each request, one JSON object in, lines of JSON out, of which the last is a
 * result or a refusal. Blocks; meant for virtual threads and for threads of requests.
 */
@ApplicationScoped
public class MachineSocket {
    /** How long the machine may say nothing; checking a whole bundle on a slow disk is the longest silence. */
    static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final int LONGEST_LINE = 1 << 20;
    private static final System.Logger LOG = System.getLogger(MachineSocket.class.getName());
    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("machine-patience").daemon().factory());

    private final Path path;
    private final Duration patience;

    @Inject
    public MachineSocket(@ConfigProperty(name = "hearth.machine.socket") Path path) {
        this(path, PATIENCE);
    }

    MachineSocket(Path path, Duration patience) {
        this.path = path;
        this.patience = patience;
    }

    /** Whether this Hearth was started from its system image, so that there is a machine to ask. */
    public boolean present() {
        return Files.exists(path);
    }

    /** As {@link #ask(String, Map, Consumer)}, without interest in how far it is. */
    public JsonNode ask(String verb, Map<String, ?> arguments) {
        return ask(verb, arguments, progress -> {});
    }

    /**
     * Asks, and waits for the answer.
     *
     * @param verb what to do, such as {@code status}
     * @param arguments texts, numbers and truth values by name
     * @param progress is told how far it is, on this thread
     * @return the result
     * @throws Problem of kind CONFLICT with the reason if the machine refuses; of kind NOT_FOUND if there is no machine to ask; of kind
     *     UNAVAILABLE if it does not answer
     */
    public JsonNode ask(String verb, Map<String, ?> arguments, Consumer<MachineProgress> progress) {
        if (!present()) {
            throw Problem.notFound("machine.absent.text");
        }
        ObjectNode request = Json.MAPPER.valueToTree(arguments);
        request.put("verb", verb);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            Watch watch = new Watch(channel);
            try {
                ByteBuffer bytes = ByteBuffer.wrap((Json.write(request) + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                return answer(verb, channel, watch, progress);
            } finally {
                watch.end();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The machine has not answered \"" + verb + "\"", e);
            throw new Problem(Problem.Kind.UNAVAILABLE, Sentence.of("machine.silent"));
        }
    }

    private static JsonNode answer(String verb, SocketChannel channel, Watch watch, Consumer<MachineProgress> progress)
            throws IOException {
        BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        for (String line = line(lines); line != null; line = line(lines)) {
            watch.restart();
            JsonNode said = Json.MAPPER.readTree(line);
            if (said.has("result")) {
                return said.get("result");
            } else if (said.has("refused")) {
                throw refused(verb, Json.read(said.get("refused"), Refusal.class));
            } else if (said.has("progress")) {
                progress.accept(Json.read(said, MachineProgress.class));
            }
        }
        throw new IOException("The connection ended before the answer.");
    }

    private static Problem refused(String verb, Refusal refusal) {
        boolean fault = refusal.code().equals("fault");
        LOG.log(
                fault ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                "The machine refused \"" + verb + "\": " + LogText.safe(refusal.text()));
        return new Problem(fault ? Problem.Kind.UNAVAILABLE : Problem.Kind.CONFLICT, refusal.sentence());
    }

    private static String line(BufferedReader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = reader.read(); c != '\n'; c = reader.read()) {
            if (c < 0) {
                return null;
            }
            if (line.length() == LONGEST_LINE) {
                throw new IOException("A line of the answer is too long.");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    /** Closes the connection when nothing has come for too long: channels of this kind have no timeout of their own. */
    private final class Watch {
        private final SocketChannel channel;
        private ScheduledFuture<?> end;

        Watch(SocketChannel channel) {
            this.channel = channel;
            restart();
        }

        synchronized void restart() {
            end();
            end = TIMER.schedule(this::close, patience.toMillis(), TimeUnit.MILLISECONDS);
        }

        synchronized void end() {
            if (end != null) {
                end.cancel(false);
            }
        }

        private void close() {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "A silent connection to the machine did not close", e);
            }
        }
    }
}
