package io.hearth.engine.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: a JSON object from tensor name to type, shape and place. Parsed as a stream, so that
 * a hostile header costs no more memory than what it really names, and checked before anyone sees it.
 *
 * @param tensors  in the order of their data
 * @param metadata the free text under {@code __metadata__}
 */
record SafetensorsHeader(List<Tensor> tensors, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    /** Far beyond any real model; keeps the objects made from a 100 MB header within bounds. */
    private static final int MAX_TENSORS = 1 << 18;

    private static final int MAX_DIMENSIONS = 32;

    // Field names are neither interned nor kept in shared tables: they come from a file nobody vouches for.
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

    /**
     * One tensor's entry.
     *
     * @param begin first byte, counted from the end of the header
     * @param end   one past its last byte
     */
    record Tensor(String name, StoredType type, long[] shape, long begin, long end) {}

    /**
     * Parses and checks a header.
     *
     * @param path      the file, for messages
     * @param header    its header bytes
     * @param dataBytes bytes that follow the header in the file
     */
    static SafetensorsHeader parse(Path path, byte[] header, long dataBytes) {
        if (header.length == 0 || header[0] != '{') {
            throw fault(path, "does not begin with '{'");
        }
        var utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        SafetensorsHeader parsed;
        try (JsonParser json = JSON.createParser(new InputStreamReader(new ByteArrayInputStream(header), utf8))) {
            parsed = new Reader(path, json).read();
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    "%s: the safetensors header is not valid JSON%s: %s"
                            .formatted(path, JsonFiles.place(e), JsonFiles.reason(e)),
                    e);
        } catch (CharacterCodingException e) {
            throw new CheckpointException("%s: the safetensors header is not UTF-8 text.".formatted(path), e);
        } catch (IOException e) {
            throw new CheckpointException("%s cannot be read: %s".formatted(path, e.getMessage()), e);
        }
        parsed.checkPlaces(path, dataBytes);
        return parsed;
    }

    /** The tensors must follow each other from the first byte of the data to the last. */
    private void checkPlaces(Path path, long dataBytes) {
        long reached = 0;
        String before = "";
        for (Tensor t : tensors) {
            if (t.end > dataBytes) {
                throw fault(
                        path,
                        "says that tensor %s ends at byte %d of the data, but the file has only %d. It is probably truncated: fetch it again"
                                .formatted(t.name, t.end, dataBytes));
            }
            if (t.begin < reached) {
                throw fault(path, "lets tensor %s overlap with tensor %s".formatted(t.name, before));
            }
            if (t.begin > reached) {
                throw fault(path, "leaves a hole of %d bytes before tensor %s".formatted(t.begin - reached, t.name));
            }
            reached = t.end;
            before = t.name;
        }
        if (reached != dataBytes) {
            throw fault(path, "describes %d bytes of data, but %d follow it".formatted(reached, dataBytes));
        }
    }

    private static CheckpointException fault(Path path, String what) {
        return new CheckpointException("%s: the safetensors header %s.".formatted(path, what));
    }

    /** Walks the tokens of one header. */
    private static final class Reader {
        private final Path path;
        private final JsonParser json;
        private final List<Tensor> tensors = new ArrayList<>();
        private Map<String, String> metadata = Map.of();

        Reader(Path path, JsonParser json) {
            this.path = path;
            this.json = json;
        }

        SafetensorsHeader read() throws IOException {
            json.nextToken();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    throw fault(path, "gives no object for " + quoted(name));
                }
                if (name.equals(METADATA)) {
                    metadata = readMetadata();
                } else {
                    if (tensors.size() == MAX_TENSORS) {
                        throw fault(path, "names more than %d tensors".formatted(MAX_TENSORS));
                    }
                    tensors.add(readTensor(name));
                }
            }
            if (json.nextToken() != null) {
                throw fault(path, "goes on after its closing brace");
            }
            tensors.sort(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end));
            return new SafetensorsHeader(Collections.unmodifiableList(tensors), Collections.unmodifiableMap(metadata));
        }

        private Map<String, String> readMetadata() throws IOException {
            Map<String, String> texts = new LinkedHashMap<>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                if (json.nextToken() != JsonToken.VALUE_STRING) {
                    throw fault(path, "has metadata %s that is not text".formatted(quoted(key)));
                }
                texts.put(key, json.getText());
            }
            return texts;
        }

        private Tensor readTensor(String name) throws IOException {
            StoredType type = null;
            long[] shape = null;
            long[] offsets = null;
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "dtype" -> type = readType(name);
                    case "shape" -> shape = readNumbers(name, "shape");
                    case "data_offsets" -> offsets = readNumbers(name, "data_offsets");
                    default ->
                        throw fault(
                                path, "has the unknown field %s in tensor %s".formatted(quoted(field), quoted(name)));
                }
            }
            if (type == null || shape == null || offsets == null) {
                throw fault(path, "lacks dtype, shape or data_offsets for tensor " + quoted(name));
            }
            return checked(name, type, shape, offsets);
        }

        private StoredType readType(String name) throws IOException {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw fault(path, "gives tensor %s a dtype that is not text".formatted(quoted(name)));
            }
            String type = json.getText();
            return StoredType.named(type)
                    .orElseThrow(() ->
                            fault(path, "gives tensor %s the unknown type %s".formatted(quoted(name), quoted(type))));
        }

        private long[] readNumbers(String name, String field) throws IOException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw fault(path, "gives tensor %s a %s that is not a list".formatted(quoted(name), field));
            }
            long[] numbers = new long[MAX_DIMENSIONS];
            int count = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        || json.getLongValue() < 0) {
                    throw fault(
                            path,
                            "gives tensor %s a %s with %s, which is not a whole number from 0 to 2^63-1"
                                    .formatted(quoted(name), field, quoted(json.getText())));
                }
                if (count == MAX_DIMENSIONS) {
                    throw fault(
                            path,
                            "gives tensor %s a %s of more than %d numbers"
                                    .formatted(quoted(name), field, MAX_DIMENSIONS));
                }
                numbers[count++] = json.getLongValue();
            }
            return Arrays.copyOf(numbers, count);
        }

        private Tensor checked(String name, StoredType type, long[] shape, long[] offsets) {
            if (offsets.length != 2) {
                throw fault(
                        path, "gives tensor %s %d data offsets instead of 2".formatted(quoted(name), offsets.length));
            }
            if (offsets[0] > offsets[1]) {
                throw fault(
                        path,
                        "lets tensor %s end (byte %d) before it begins (byte %d)"
                                .formatted(quoted(name), offsets[1], offsets[0]));
            }
            long bytes = type.bytes();
            try {
                for (long size : shape) {
                    bytes = Math.multiplyExact(bytes, size);
                }
            } catch (ArithmeticException e) {
                throw fault(
                        path,
                        "gives tensor %s the shape %s, which overflows"
                                .formatted(quoted(name), Arrays.toString(shape)));
            }
            if (bytes != offsets[1] - offsets[0]) {
                throw fault(
                        path,
                        "gives tensor %s %d bytes, but %s%s needs %d"
                                .formatted(quoted(name), offsets[1] - offsets[0], type, Arrays.toString(shape), bytes));
            }
            return new Tensor(name, type, shape, offsets[0], offsets[1]);
        }

        /** Names come from the file: cut short and without control characters, so that a message stays one line. */
        private static String quoted(String text) {
            String shorter = text.length() > 120 ? text.substring(0, 120) + "…" : text;
            return shorter.replaceAll("\\p{Cntrl}", "?");
        }
    }
}
