package io.hearth.ui.models.check;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.hearth.ui.core.Sentence;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, checked by the rules of the format: every tensor lies inside the file, has the size that its
 * type and shape ask for, and the tensors cover the data without holes or overlaps.
 */
final class SafetensorsHeader {
    /** Longest header, as in the reference implementation. */
    static final long MAX_HEADER_BYTES = 100_000_000;

    private static final int MAX_TENSORS = 1 << 18;
    private static final int MAX_DIMENSIONS = 32;
    private static final Map<String, Integer> TYPE_BYTES = Map.ofEntries(
            Map.entry("BOOL", 1),
            Map.entry("U8", 1),
            Map.entry("I8", 1),
            Map.entry("F8_E5M2", 1),
            Map.entry("F8_E4M3", 1),
            Map.entry("F8_E8M0", 1),
            Map.entry("I16", 2),
            Map.entry("U16", 2),
            Map.entry("F16", 2),
            Map.entry("BF16", 2),
            Map.entry("I32", 4),
            Map.entry("U32", 4),
            Map.entry("F32", 4),
            Map.entry("F64", 8),
            Map.entry("I64", 8),
            Map.entry("U64", 8));
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNumberLength(64)
                    .maxNameLength(16_384)
                    .build())
            .build();

    /** A tensor; {@code end} is one past its last byte, counted from the end of the header. */
    record Tensor(String name, String type, long[] shape, long begin, long end) {
        /** Whether weights may have this type. */
        boolean isWeight() {
            return type.equals("F32") || type.equals("F16") || type.equals("BF16");
        }

        long elements() {
            return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        }
    }

    /** The header is not what it should be. */
    static final class Broken extends Exception {
        private final transient Sentence reason;

        Broken(String key, Object... arguments) {
            super(key);
            this.reason = Sentence.of(key, arguments);
        }

        Sentence reason() {
            return reason;
        }
    }

    private final JsonParser json;
    private final List<Tensor> tensors = new ArrayList<>();

    private SafetensorsHeader(JsonParser json) {
        this.json = json;
    }

    /** The tensors of a file, in the order of their data. */
    static List<Tensor> read(Path file) throws Broken {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < Long.BYTES) {
                throw new Broken("models.check.tensors.short", size);
            }
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            fill(channel, length, 0);
            long bytes = length.getLong(0);
            if (bytes < 2 || bytes > MAX_HEADER_BYTES || bytes > size - Long.BYTES) {
                throw new Broken("models.check.tensors.length", Long.toUnsignedString(bytes), size);
            }
            ByteBuffer header = ByteBuffer.allocate((int) bytes);
            fill(channel, header, Long.BYTES);
            return parse(header.array(), size - Long.BYTES - bytes);
        } catch (IOException e) {
            throw new Broken("models.check.unreadable");
        }
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long from) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new IOException("the file became shorter");
            }
        }
    }

    private static List<Tensor> parse(byte[] header, long dataBytes) throws Broken, IOException {
        if (header[0] != '{') {
            throw new Broken("models.check.tensors.json");
        }
        var utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        try (JsonParser json = JSON.createParser(new InputStreamReader(new ByteArrayInputStream(header), utf8))) {
            SafetensorsHeader reader = new SafetensorsHeader(json);
            reader.readAll();
            reader.tensors.sort(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end));
            checkPlaces(reader.tensors, dataBytes);
            return reader.tensors;
        } catch (JsonProcessingException | CharacterCodingException e) {
            throw new Broken("models.check.tensors.json");
        }
    }

    private static void checkPlaces(List<Tensor> tensors, long dataBytes) throws Broken {
        long reached = 0;
        for (Tensor tensor : tensors) {
            if (tensor.end > dataBytes) {
                throw new Broken("models.check.tensors.outside", tensor.name, tensor.end, dataBytes);
            }
            if (tensor.begin != reached) {
                throw new Broken(
                        tensor.begin < reached ? "models.check.tensors.overlap" : "models.check.tensors.hole",
                        tensor.name);
            }
            reached = tensor.end;
        }
        if (reached != dataBytes) {
            throw new Broken("models.check.tensors.rest", reached, dataBytes);
        }
    }

    private void readAll() throws IOException, Broken {
        json.nextToken();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new Broken("models.check.tensors.entry", quoted(name));
            }
            if (name.equals("__metadata__")) {
                json.skipChildren();
            } else if (tensors.size() == MAX_TENSORS) {
                throw new Broken("models.check.tensors.many", MAX_TENSORS);
            } else {
                tensors.add(tensor(name));
            }
        }
        if (json.nextToken() != null) {
            throw new Broken("models.check.tensors.json");
        }
    }

    private Tensor tensor(String name) throws IOException, Broken {
        String type = null;
        long[] shape = null;
        long[] offsets = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> type = json.getText();
                case "shape" -> shape = numbers(name);
                case "data_offsets" -> offsets = numbers(name);
                default -> throw new Broken("models.check.tensors.entry", quoted(name));
            }
        }
        if (type == null || shape == null || offsets == null || offsets.length != 2 || offsets[0] > offsets[1]) {
            throw new Broken("models.check.tensors.entry", quoted(name));
        }
        Integer bytes = TYPE_BYTES.get(type);
        if (bytes == null) {
            throw new Broken("models.check.tensors.type", quoted(name), quoted(type));
        }
        if (size(bytes, shape) != offsets[1] - offsets[0]) {
            throw new Broken("models.check.tensors.size", quoted(name), type + Arrays.toString(shape));
        }
        return new Tensor(quoted(name), type, shape, offsets[0], offsets[1]);
    }

    private static long size(long bytes, long[] shape) {
        try {
            for (long dimension : shape) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    private long[] numbers(String name) throws IOException, Broken {
        long[] values = new long[MAX_DIMENSIONS];
        int count = 0;
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new Broken("models.check.tensors.entry", quoted(name));
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    || json.getLongValue() < 0
                    || count == MAX_DIMENSIONS) {
                throw new Broken("models.check.tensors.entry", quoted(name));
            }
            values[count++] = json.getLongValue();
        }
        return Arrays.copyOf(values, count);
    }

    private static String quoted(String text) {
        String shorter = text.length() > 120 ? text.substring(0, 120) + "…" : text;
        return shorter.replaceAll("\\p{Cntrl}", "?");
    }
}
