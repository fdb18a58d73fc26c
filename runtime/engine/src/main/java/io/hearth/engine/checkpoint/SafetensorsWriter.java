package io.hearth.engine.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Writes safetensors files that the reference implementation and transformers read. The same entries in the same order
 * give the same bytes. Files are published through {@link AtomicFiles}: whole or not at all.
 */
public final class SafetensorsWriter {
    /** The metadata that transformers asks for before it loads a file. */
    public static final Map<String, String> PYTORCH = Map.of("format", "pt");

    private static final int CHUNK_BYTES = 1 << 20;
    private static final ObjectWriter COMPACT = JsonFiles.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    private SafetensorsWriter() {}

    /**
     * One tensor to write.
     *
     * @param name   its name in the file
     * @param type   element type
     * @param shape  sizes, outermost first
     * @param source gives the elements, row-major and little-endian, exactly as many bytes as type and shape ask for. It
     *               is called when this tensor's turn comes, and what it gives is used until the next one's turn: so
     *               tensors may be fetched one by one through a single buffer
     */
    public record Entry(String name, StoredType type, long[] shape, Supplier<MemorySegment> source) {
        public Entry {
            shape = shape.clone();
        }

        /** A tensor whose elements lie ready. */
        public Entry(String name, StoredType type, long[] shape, MemorySegment data) {
            this(name, type, shape, () -> data);
            if (data.byteSize() != byteSize()) {
                throw new IllegalArgumentException(mismatch(data));
            }
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }

        /** Bytes of the elements. */
        public long byteSize() {
            return Arrays.stream(shape).reduce(type.bytes(), Math::multiplyExact);
        }

        private String mismatch(MemorySegment data) {
            return "%s: %d bytes given for %s%s".formatted(name, data.byteSize(), type, Arrays.toString(shape));
        }
    }

    /**
     * Writes a file, replacing an older one.
     *
     * @param entries  in the order their data shall have; each must start at a multiple of its element size, so where
     *                 types are mixed the wide ones come first
     * @param metadata free text for the header, usually {@link #PYTORCH}
     * @throws CheckpointException      if the file cannot be written; an older one is then unchanged
     * @throws IllegalArgumentException if a name comes twice, an entry would not be aligned, or its data has the wrong
     *                                  size
     */
    public static void write(Path file, List<Entry> entries, Map<String, String> metadata) {
        ByteBuffer header = header(entries, metadata);
        AtomicFiles.write(file, channel -> {
            writeFully(channel, header);
            ByteBuffer staging = ByteBuffer.allocateDirect(CHUNK_BYTES);
            for (Entry entry : entries) {
                MemorySegment data = entry.source().get();
                if (data.byteSize() != entry.byteSize()) {
                    throw new IllegalArgumentException(entry.mismatch(data));
                }
                writeData(channel, data, staging);
            }
        });
    }

    /** Length and JSON, padded with spaces so that the data begins at a multiple of 8, as the reference does it. */
    private static ByteBuffer header(List<Entry> entries, Map<String, String> metadata) {
        ObjectNode root = JsonFiles.MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = root.putObject("__metadata__");
            // Sorted: the bytes must not depend on the map's own order.
            metadata.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(text -> texts.put(text.getKey(), text.getValue()));
        }
        long begin = 0;
        for (Entry entry : entries) {
            if (entry.name().equals("__metadata__") || root.has(entry.name())) {
                throw new IllegalArgumentException("tensor name not free: " + entry.name());
            }
            if (begin % entry.type().bytes() != 0) {
                throw new IllegalArgumentException(entry.name() + " is not aligned: put wider types first");
            }
            long end = Math.addExact(begin, entry.byteSize());
            ObjectNode tensor = root.putObject(entry.name());
            tensor.put("dtype", entry.type().name());
            var shape = tensor.putArray("shape");
            Arrays.stream(entry.shape()).forEach(shape::add);
            tensor.putArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        byte[] json;
        try {
            json = COMPACT.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("header cannot be written as JSON", e);
        }
        int padded = Math.ceilDiv(json.length, Long.BYTES) * Long.BYTES;
        if (padded > SafetensorsFile.MAX_HEADER_BYTES) {
            throw new IllegalArgumentException("header too long: " + padded);
        }
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    /** Copies through a small buffer, since a segment may lie on the heap as an array of any type. */
    private static void writeData(FileChannel channel, MemorySegment data, ByteBuffer staging) throws IOException {
        MemorySegment chunk = MemorySegment.ofBuffer(staging.clear());
        for (long from = 0; from < data.byteSize(); from += CHUNK_BYTES) {
            int count = (int) Math.min(CHUNK_BYTES, data.byteSize() - from);
            MemorySegment.copy(data, from, chunk, 0, count);
            writeFully(channel, staging.clear().limit(count));
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
