package io.hearth.engine.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * A safetensors file, mapped read-only. The header is checked in full when the file is opened, by the same rules as the
 * reference implementation: every tensor lies inside the file, has the size its type and shape ask for, and the tensors
 * cover the data part without holes or overlaps. So no later access can leave the file.
 *
 * <p>Safe for use by several threads. Tensors stay valid until {@link #close}; using one afterwards throws {@link
 * IllegalStateException}. The file must not be shortened while it is open, which is why every writer here replaces
 * files by renaming and never writes into them.
 */
public final class SafetensorsFile implements AutoCloseable {
    /** The longest header that is read, as in the reference implementation. */
    public static final long MAX_HEADER_BYTES = 100_000_000;

    private final Path path;
    private final Arena arena;
    private final SequencedMap<String, StoredTensor> tensors;
    private final Map<String, String> metadata;
    private final long dataBytes;

    private SafetensorsFile(
            Path path,
            Arena arena,
            SequencedMap<String, StoredTensor> tensors,
            Map<String, String> metadata,
            long dataBytes) {
        this.path = path;
        this.arena = arena;
        this.tensors = tensors;
        this.metadata = metadata;
        this.dataBytes = dataBytes;
    }

    /**
     * Opens and checks a file.
     *
     * @throws CheckpointException if it is missing, unreadable, or in any way not what its header says
     */
    public static SafetensorsFile open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return open(path, channel);
        } catch (NoSuchFileException e) {
            throw new CheckpointException("%s is missing.".formatted(path), e);
        } catch (IOException e) {
            throw new CheckpointException("%s cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    private static SafetensorsFile open(Path path, FileChannel channel) throws IOException {
        long fileBytes = channel.size();
        byte[] headerBytes = readHeader(path, channel, fileBytes);
        long dataStart = Long.BYTES + headerBytes.length;
        SafetensorsHeader header = SafetensorsHeader.parse(path, headerBytes, fileBytes - dataStart);

        // Shared: the tensors are read by whichever threads load the model.
        Arena arena = Arena.ofShared();
        try {
            MemorySegment data = channel.map(FileChannel.MapMode.READ_ONLY, 0, fileBytes, arena)
                    .asSlice(dataStart);
            SequencedMap<String, StoredTensor> tensors =
                    LinkedHashMap.newLinkedHashMap(header.tensors().size());
            for (SafetensorsHeader.Tensor t : header.tensors()) {
                MemorySegment slice = data.asSlice(t.begin(), t.end() - t.begin());
                tensors.put(t.name(), new StoredTensor(t.name(), t.type(), t.shape(), slice, path));
            }
            return new SafetensorsFile(path, arena, tensors, header.metadata(), fileBytes - dataStart);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static byte[] readHeader(Path path, FileChannel channel, long fileBytes) throws IOException {
        if (fileBytes < Long.BYTES) {
            throw new CheckpointException(
                    "%s has %d bytes, too few for a safetensors file. It is probably truncated: fetch it again."
                            .formatted(path, fileBytes));
        }
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(path, channel, length, 0);
        long headerBytes = length.getLong(0);
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
            throw new CheckpointException(
                    "%s claims a header of %s bytes; the limit is %d. It is not a safetensors file, or it is damaged."
                            .formatted(path, Long.toUnsignedString(headerBytes), MAX_HEADER_BYTES));
        }
        if (headerBytes > fileBytes - Long.BYTES) {
            throw new CheckpointException(
                    "%s claims a header of %d bytes, but has only %d bytes in all. It is probably truncated: fetch it again."
                            .formatted(path, headerBytes, fileBytes));
        }
        ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
        readFully(path, channel, header, Long.BYTES);
        return header.array();
    }

    private static void readFully(Path path, FileChannel channel, ByteBuffer buffer, long from) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new CheckpointException("%s became shorter while it was read.".formatted(path));
            }
        }
    }

    public Path path() {
        return path;
    }

    /** Names of the tensors, in the order of their data. */
    public SequencedSet<String> names() {
        return Collections.unmodifiableSequencedSet(tensors.sequencedKeySet());
    }

    /** The header's free text, such as {@code format: pt}; empty where there is none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Bytes of all tensors together. */
    public long dataBytes() {
        return dataBytes;
    }

    /** The tensor with this name, if the file has it. */
    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * The tensor with this name.
     *
     * @throws CheckpointException if the file has none
     */
    public StoredTensor tensor(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException("%s has no tensor %s.".formatted(path, name));
        }
        return tensor;
    }

    /** Unmaps the file. Closing twice does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
