package io.hearth.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    @TempDir
    Path directory;

    @Test
    void readsNamesTypesShapesAndValues() {
        try (SafetensorsFile file = SafetensorsFile.open(GOLDENS.resolve("qwen2/model.safetensors"))) {
            assertThat(file.names()).hasSize(26).startsWith("model.embed_tokens.weight");
            assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
            StoredTensor bias = file.tensor("model.layers.0.self_attn.k_proj.bias");
            assertThat(bias.type()).isEqualTo(StoredType.F32);
            assertThat(bias.shape()).containsExactly(32);
            assertThat(bias.elements()).isEqualTo(32);
            assertThat(bias.data().isReadOnly()).isTrue();
            assertThat(file.find("model.layers.2.self_attn.k_proj.bias")).isEmpty();
            assertThatThrownBy(() -> file.tensor("x")).hasMessageContaining("has no tensor x");
        }
    }

    @Test
    void tensorsCannotBeUsedAfterClose() {
        SafetensorsFile file = SafetensorsFile.open(GOLDENS.resolve("qwen2/model.safetensors"));
        StoredTensor norm = file.tensor("model.norm.weight");
        file.close();
        file.close();
        assertThatThrownBy(() -> norm.data().get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void theWriterGivesTheBytesOfTheReference(String model) {
        Path golden = GOLDENS.resolve(model).resolve("model.safetensors");
        Path copy = directory.resolve("copy.safetensors");
        try (SafetensorsFile file = SafetensorsFile.open(golden)) {
            List<SafetensorsWriter.Entry> entries = file.names().stream()
                    .map(file::tensor)
                    .map(t -> new SafetensorsWriter.Entry(t.name(), t.type(), t.shape(), t.data()))
                    .toList();
            SafetensorsWriter.write(copy, entries, file.metadata());
        }
        assertThat(copy).hasSameBinaryContentAs(golden);
    }

    @Test
    void everyTypeAndOddShapesComeBackAsWritten() {
        Path path = directory.resolve("all.safetensors");
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        for (StoredType type : Arrays.asList(StoredType.values()).reversed()) {
            byte[] bytes = new byte[6 * type.bytes()];
            Arrays.fill(bytes, (byte) type.ordinal());
            entries.add(new SafetensorsWriter.Entry(
                    "näme/" + type, type, new long[] {2, 1, 3}, MemorySegment.ofArray(bytes)));
        }
        entries.add(new SafetensorsWriter.Entry("empty", StoredType.U8, new long[] {3, 0}, MemorySegment.NULL));
        entries.add(new SafetensorsWriter.Entry(
                "scalar", StoredType.U8, new long[] {}, MemorySegment.ofArray(new byte[] {7})));
        SafetensorsWriter.write(path, entries, Map.of());
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.metadata()).isEmpty();
            assertThat(file.names())
                    .containsExactlyElementsOf(
                            entries.stream().map(SafetensorsWriter.Entry::name).toList());
            for (StoredType type : StoredType.values()) {
                StoredTensor tensor = file.tensor("näme/" + type);
                assertThat(tensor.type()).isEqualTo(type);
                assertThat(tensor.shape()).containsExactly(2, 1, 3);
                assertThat(tensor.data().toArray(ValueLayout.JAVA_BYTE)).containsOnly(type.ordinal());
            }
            assertThat(file.tensor("empty").elements()).isZero();
            assertThat(file.tensor("scalar").elements()).isEqualTo(1);
            assertThatThrownBy(() -> file.tensor("näme/I32").toF32(MemorySegment.ofArray(new float[6])))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("type I32");
        }
    }

    @Test
    void theWriterRefusesWhatNoReaderWouldTake() {
        var bytes = new SafetensorsWriter.Entry("a", StoredType.U8, new long[] {1}, MemorySegment.ofArray(new byte[1]));
        var floats =
                new SafetensorsWriter.Entry("b", StoredType.F32, new long[] {1}, MemorySegment.ofArray(new float[1]));
        Path path = directory.resolve("x.safetensors");
        assertThatThrownBy(() -> SafetensorsWriter.write(path, List.of(bytes, bytes), Map.of()))
                .hasMessageContaining("not free");
        assertThatThrownBy(() -> SafetensorsWriter.write(path, List.of(bytes, floats), Map.of()))
                .hasMessageContaining("not aligned");
        var late = new SafetensorsWriter.Entry(
                "c", StoredType.F32, new long[] {2}, () -> MemorySegment.ofArray(new float[1]));
        assertThatThrownBy(() -> SafetensorsWriter.write(path, List.of(late), Map.of()))
                .hasMessageContaining("4 bytes given");
        assertThat(directory).isEmptyDirectory();
    }

    /** Each line: the header, how many bytes of data follow it, what the sentence must say. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            []                                                                   | 0 | does not begin with '{'
            {                                                                    | 0 | is not valid JSON
            {"a":1}                                                              | 0 | gives no object for a
            {} {}                                                                | 0 | goes on after its closing brace
            {}                                                                   | 4 | describes 0 bytes of data, but 4 follow
            {"a":{}}                                                             | 0 | lacks dtype, shape or data_offsets
            {"a":{"dtype":"F32","shape":[1]}}                                    | 4 | lacks dtype, shape or data_offsets
            {"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}               | 4 | unknown type F31
            {"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}                   | 4 | dtype that is not text
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}         | 4 | unknown field x
            {"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}                 | 4 | shape that is not a list
            {"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}             | 4 | shape with [
            {"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}             | 4 | shape with 1.0
            {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}              | 4 | shape with -1
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}              | 4 | data_offsets with -4
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}} | 4 | data_offsets with 99999999999999999999
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}                 | 4 | 1 data offsets instead of 2
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}             | 4 | 3 data offsets instead of 2
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}               | 4 | end (byte 0) before it begins (byte 4)
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}               | 4 | gives tensor a 4 bytes, but F32[2] needs 8
            {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}} | 0 | which overflows
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}               | 4 | ends at byte 8 of the data, but the file has only 4
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}               | 8 | leaves a hole of 4 bytes before tensor a
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}               | 8 | describes 4 bytes of data, but 8 follow
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | 4 | lets tensor b overlap with tensor a
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | 8 | lets tensor b overlap with tensor a
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | 8 | Duplicate field 'a'
            {"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}} | 4 | Duplicate field 'dtype'
            {"__metadata__":{"a":1}}                                             | 0 | metadata a that is not text
            {"__metadata__":{"a":"1","a":"2"}}                                   | 0 | Duplicate field 'a'
            """)
    void aLyingHeaderIsRefusedWithItsOwnSentence(String header, int dataBytes, String sentence) throws IOException {
        Path path = file(header.getBytes(StandardCharsets.UTF_8), header.length(), dataBytes);
        assertRefused(path, sentence);
    }

    @Test
    void aLyingLengthIsRefusedWithItsOwnSentence() throws IOException {
        byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
        assertRefused(directory.resolve("absent"), "is missing");
        assertRefused(directory, "cannot be read");
        Path path = directory.resolve("f");
        Files.write(path, new byte[0]);
        assertRefused(path, "has 0 bytes, too few");
        Files.write(path, new byte[7]);
        assertRefused(path, "has 7 bytes, too few");
        assertRefused(file(new byte[0], 0, 0), "does not begin with '{'");
        assertRefused(file(header, 3, 0), "has only 10 bytes in all");
        assertRefused(file(header, SafetensorsFile.MAX_HEADER_BYTES + 1, 0), "the limit is 100000000");
        assertRefused(file(header, -1, 0), "claims a header of 18446744073709551615 bytes");
        assertRefused(file(header, Long.MIN_VALUE, 0), "claims a header of 9223372036854775808 bytes");
        assertRefused(file(new byte[] {'{', '"', (byte) 0xFF, '"', '}'}, 5, 0), "is not UTF-8");
        byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);
        assertRefused(file(utf16, utf16.length, 0), "is not valid JSON");
    }

    @Test
    void aTruncatedCheckpointIsRefusedWhereverItIsCut() throws IOException {
        byte[] whole = Files.readAllBytes(GOLDENS.resolve("lora_qwen2/adapter_final/adapter_model.safetensors"));
        Path path = directory.resolve("cut");
        for (int length = 0; length < whole.length; length += 13) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(CheckpointException.class);
        }
        Files.write(path, Arrays.copyOf(whole, whole.length + 1));
        assertRefused(path, "follow it");
    }

    /** A sparse file as large as a header may be, or that names as many tensors as it can. */
    @Test
    void headersMadeToExhaustMemoryAreRefused() throws IOException {
        Path path = directory.resolve("huge");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            ByteBuffer start = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN);
            file.write(start.putLong(SafetensorsFile.MAX_HEADER_BYTES)
                    .put((byte) '{')
                    .array());
            file.setLength(Long.BYTES + SafetensorsFile.MAX_HEADER_BYTES);
        }
        assertRefused(path, "is not valid JSON");
        Files.delete(path);

        byte[] deep = ("{\"a\":" + "[".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8);
        assertRefused(file(deep, deep.length, 0), "gives no object for a");
        byte[] deepShape = ("{\"a\":{\"shape\":[" + "[".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8);
        assertRefused(file(deepShape, deepShape.length, 0), "shape with [");
        byte[] longShape = ("{\"a\":{\"shape\":[" + "1,".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8);
        assertRefused(file(longShape, longShape.length, 0), "more than 32 numbers");
        byte[] longNumber = ("{\"a\":{\"shape\":[" + "1".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8);
        assertRefused(file(longNumber, longNumber.length, 0), "is not valid JSON");
        byte[] longName = ("{\"" + "n".repeat(1_000_000) + "\":1}").getBytes(StandardCharsets.UTF_8);
        assertRefused(file(longName, longName.length, 0), "is not valid JSON");

        StringBuilder many = new StringBuilder("{");
        for (int i = 0; i <= 1 << 18; i++) {
            many.append('"').append(i).append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},");
        }
        byte[] crowd = many.toString().getBytes(StandardCharsets.UTF_8);
        assertRefused(file(crowd, crowd.length, 0), "names more than 262144 tensors");
    }

    @Test
    void damagedFilesNeverEscapeAsAnythingElse() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = Files.readAllBytes(GOLDENS.resolve("lora_qwen2/adapter_final/adapter_model.safetensors"));
        int headerBytes =
                (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        Path path = directory.resolve("fuzzed");
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = damaged(random, whole, headerBytes);
            Files.write(path, bytes);
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                readEverything(file);
            } catch (CheckpointException expected) {
                assertThat(expected.getMessage()).contains("fuzzed");
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(500);
    }

    private static byte[] damaged(Random random, byte[] whole, int headerBytes) {
        byte[] bytes = whole.clone();
        switch (random.nextInt(5)) {
            case 0 -> {
                bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
            }
            case 1 -> {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    bytes[random.nextInt(8 + headerBytes)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 2 -> {
                String alphabet = "0123456789-+.eE{}[]\",: \\u";
                for (int i = random.nextInt(4); i >= 0; i--) {
                    bytes[8 + random.nextInt(headerBytes)] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
                }
            }
            case 3 ->
                ByteBuffer.wrap(bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(0, random.nextLong() >>> random.nextInt(64));
            default -> {
                int from = 8 + random.nextInt(headerBytes);
                int to = 8 + random.nextInt(headerBytes);
                int count = Math.min(random.nextInt(64), bytes.length - Math.max(from, to));
                System.arraycopy(whole, from, bytes, to, count);
            }
        }
        return bytes;
    }

    private static void readEverything(SafetensorsFile file) {
        for (String name : file.names()) {
            StoredTensor tensor = file.tensor(name);
            byte[] bytes = tensor.data().toArray(ValueLayout.JAVA_BYTE);
            assertThat(bytes).hasSize((int) (tensor.elements() * tensor.type().bytes()));
        }
    }

    private static void assertRefused(Path path, String sentence) {
        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(sentence);
    }

    private Path file(byte[] header, long claimedBytes, int dataBytes) throws IOException {
        Path path = directory.resolve("lying");
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(path, bytes.putLong(claimedBytes).put(header).array());
        return path;
    }
}
