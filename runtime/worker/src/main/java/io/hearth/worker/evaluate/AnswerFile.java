package io.hearth.worker.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hearth.contract.Event;
import io.hearth.worker.process.Json;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code answers.jsonl}: a line for every row that is answered, on the disk before the row is told. What a killed attempt has
 * left is used again, but for a line that it could not finish.
 */
final class AnswerFile implements AutoCloseable {
    static final String NAME = "answers.jsonl";

    private final FileChannel channel;
    private final SortedMap<Integer, Event.Answered> answers = new TreeMap<>();

    /** @param rows the rows that are asked; answers to others are thrown away */
    AnswerFile(Path folder, List<HeldOutRow> rows) {
        Path file = folder.resolve(NAME);
        try {
            long kept = Files.exists(file) ? read(Files.readAllBytes(file), rows) : 0;
            channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            channel.truncate(kept);
            channel.position(kept);
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    /** Takes lines as long as they fit the rows; returns the bytes that they have. */
    private long read(byte[] bytes, List<HeldOutRow> rows) {
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                Event.Answered answered = answered(bytes, start, i);
                if (answered == null || !fits(answered, rows)) {
                    return start;
                }
                answers.put(answered.index(), answered);
                start = i + 1;
            }
        }
        return start;
    }

    private static Event.Answered answered(byte[] bytes, int from, int to) {
        try {
            return Json.MAPPER.readValue(
                    new String(bytes, from, to - from, StandardCharsets.UTF_8), Event.Answered.class);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static boolean fits(Event.Answered answered, List<HeldOutRow> rows) {
        if (answered.rows() != rows.size() || answered.index() < 0 || answered.index() >= rows.size()) {
            return false;
        }
        HeldOutRow row = rows.get(answered.index());
        return row.line() == answered.line()
                && row.prompt().equals(answered.prompt())
                && row.reference().equals(answered.reference());
    }

    /** What is answered, by index. */
    SortedMap<Integer, Event.Answered> answers() {
        return answers;
    }

    void add(Event.Answered answered) {
        try {
            ByteBuffer line =
                    ByteBuffer.wrap((Json.MAPPER.writeValueAsString(answered) + "\n").getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(false);
        } catch (IOException e) {
            throw new UsageException("An answer cannot be written to " + NAME + ": " + e.getMessage(), e);
        }
        answers.put(answered.index(), answered);
    }

    private static UsageException unwritable(Path folder, IOException e) {
        return new UsageException("The folder " + folder + " cannot be written: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
