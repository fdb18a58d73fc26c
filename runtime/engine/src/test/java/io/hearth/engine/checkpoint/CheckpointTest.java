package io.hearth.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static final Path GOLDEN = Path.of("src/test/resources/goldens/llama");
    private static final String NORM = "model.norm.weight";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 40_960, 100_000, 1_000_000})
    void shardsHoldTheSameTensorsAsTheSingleFile(long maxShardBytes) throws IOException {
        try (Checkpoint single = Checkpoint.open(GOLDEN)) {
            writeSharded(single, maxShardBytes);
            try (Checkpoint sharded = Checkpoint.open(directory)) {
                assertThat(sharded.names()).containsExactlyElementsOf(single.names());
                assertThat(sharded.dataBytes()).isEqualTo(single.dataBytes());
                for (String name : single.names()) {
                    StoredTensor expected = single.find(name).orElseThrow();
                    StoredTensor actual = sharded.require(name, expected.shape());
                    assertThat(actual.data().mismatch(expected.data())).isEqualTo(-1);
                    assertThat(actual.data().byteSize()).isLessThanOrEqualTo(Files.size(actual.file()));
                }
            }
            boolean oneFile = maxShardBytes > single.dataBytes();
            assertThat(Files.exists(directory.resolve("model.safetensors"))).isEqualTo(oneFile);
            assertThat(Files.exists(directory.resolve("model.safetensors.index.json")))
                    .isNotEqualTo(oneFile);
            if (!oneFile) {
                assertThat(JsonFiles.readObject(directory.resolve(ShardedWriter.INDEX), 1 << 20)
                                .at("/metadata/total_size")
                                .longValue())
                        .isEqualTo(single.dataBytes());
            }
        }
    }

    @Test
    void requireSaysWhatIsWrong() {
        try (Checkpoint checkpoint = Checkpoint.open(GOLDEN)) {
            assertThat(checkpoint.require(NORM, 64).name()).isEqualTo(NORM);
            assertThat(checkpoint.find("x")).isEmpty();
            assertThatThrownBy(() -> checkpoint.require("x", 64)).hasMessageContaining("tensor x is missing");
            assertThatThrownBy(() -> checkpoint.require(NORM, 64, 1))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("has shape [64], but config.json asks for [64, 1]");
        }
    }

    @Test
    void weightsOfAnIntegerTypeAreRefused() {
        var entry = new SafetensorsWriter.Entry("w", StoredType.I32, new long[] {1}, MemorySegment.ofArray(new int[1]));
        ShardedWriter.write(directory, List.of(entry), 100);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(() -> checkpoint.require("w", 1))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("has type I32");
        }
    }

    @Test
    void tensorsWithoutAPlaceAreRefusedButForTheHarmlessOnes() {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        for (String name : List.of("a", "lm_head.weight", "model.layers.0.self_attn.rotary_emb.inv_freq", "z")) {
            entries.add(new SafetensorsWriter.Entry(
                    name, StoredType.F32, new long[] {1}, MemorySegment.ofArray(new float[1])));
        }
        ShardedWriter.write(directory, entries, 100);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.unused(Set.of("a"), true)).containsExactly("z");
            assertThat(checkpoint.unused(Set.of("a"), false)).containsExactly("lm_head.weight", "z");
            checkpoint.refuseUnused(Set.of("a", "z"), true);
            assertThatThrownBy(() -> checkpoint.refuseUnused(Set.of("a"), true))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("no place for 1 tensors of the weights, such as z");
        }
    }

    @Test
    void indexesThatLieAreRefused() throws IOException {
        try (Checkpoint single = Checkpoint.open(GOLDEN)) {
            writeSharded(single, 100_000);
        }
        Path index = directory.resolve(ShardedWriter.INDEX);
        String whole = Files.readString(index);
        String first = "model-00001-of-00004.safetensors";
        assertThat(whole).contains(first);

        assertIndexRefused(index, whole.replace(NORM, "model.other.weight"), "lacks tensor model.other.weight");
        assertIndexRefused(
                index, whole.replace("\"lm_head.weight\" : \"" + first + "\",", ""), "holds tensor lm_head.weight");
        for (String escape : List.of(
                "../" + first,
                "/etc/x.safetensors",
                "a/b.safetensors",
                "..\\\\x.safetensors",
                ".x.safetensors",
                "x.bin",
                "")) {
            assertIndexRefused(index, whole.replace(first, escape), "file in the same directory");
        }
        assertIndexRefused(index, whole.replace("\"" + first + "\"", "7"), "file in the same directory");
        assertIndexRefused(index, whole.replace("weight_map", "weights"), "has no weight_map");
        assertIndexRefused(index, "{\"weight_map\": {}}", "has no weight_map");
        assertIndexRefused(index, whole.substring(0, 200), "is not valid JSON");
        Files.writeString(index, whole);
        Files.delete(directory.resolve(first));
        assertOpenRefused(first + " is missing, though the index names it");
    }

    @Test
    void directoriesWithoutSafetensorsAreRefused() throws IOException {
        assertOpenRefused("holds no weights");
        Files.writeString(directory.resolve("pytorch_model.bin"), "x");
        assertOpenRefused("only as pickle (pytorch_model.bin)");
        assertOpenRefused("safe_serialization=True");
        Files.delete(directory.resolve("pytorch_model.bin"));
        Files.writeString(directory.resolve("consolidated.00.pth"), "x");
        assertOpenRefused("only as pickle (consolidated.00.pth)");
        assertThatThrownBy(() -> Checkpoint.open(directory.resolve("absent")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is not a directory");
    }

    @Test
    void tensorsAreFetchedOneByOneWhenTheirTurnComes() {
        MemorySegment shared = MemorySegment.ofArray(new float[1]);
        Set<String> fetched = new HashSet<>();
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            float value = i;
            String name = "t" + i;
            entries.add(new SafetensorsWriter.Entry(name, StoredType.F32, new long[] {1}, () -> {
                shared.set(ValueLayout.JAVA_FLOAT, 0, value);
                fetched.add(name);
                return shared;
            }));
        }
        assertThat(fetched).isEmpty();
        ShardedWriter.write(directory, entries, 8);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            for (int i = 0; i < 4; i++) {
                assertThat(checkpoint.require("t" + i, 1).data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0))
                        .isEqualTo(i);
            }
        }
    }

    private void writeSharded(Checkpoint source, long maxShardBytes) {
        List<SafetensorsWriter.Entry> entries = source.names().stream()
                .map(name -> source.find(name).orElseThrow())
                .map(t -> new SafetensorsWriter.Entry(t.name(), t.type(), t.shape(), t.data()))
                .toList();
        ShardedWriter.write(directory, entries, maxShardBytes);
    }

    private void assertIndexRefused(Path index, String text, String sentence) throws IOException {
        Files.writeString(index, text);
        assertOpenRefused(sentence);
    }

    private void assertOpenRefused(String sentence) {
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(sentence);
    }
}
