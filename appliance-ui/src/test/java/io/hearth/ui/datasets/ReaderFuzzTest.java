package io.hearth.ui.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.text.rows.Row;
import io.hearth.ui.core.Problem;
import io.hearth.ui.datasets.reading.BadRow;
import io.hearth.ui.datasets.reading.Bounds;
import io.hearth.ui.datasets.reading.DatasetReader;
import io.hearth.ui.datasets.reading.ImportSettings;
import io.hearth.ui.datasets.reading.Place;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is uploaded, the answer is rows, bad rows, or a sentence; never another exception. */
class ReaderFuzzTest {
    private static final List<String> SEEDS = List.of(
            "{\"prompt\":\"中文 a\",\"completion\":\"b\"}\n{\"prompt\":\"c\",\"completion\":\"d\"}\n",
            "[{\"instruction\":\"a\",\"input\":\"x\",\"output\":\"b\"},{\"instruction\":\"c\",\"output\":\"d\"}]",
            "{\"data\":[{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}]}",
            "question,answer\n\"a, \"\"b\"\"\",c\nd,\"e\nf\"\n",
            "问题\t回答\n甲\t乙\n丙\t丁\n",
            "# One\ntext\n\n## Two\nmore\n");
    private static final List<String> NAMES =
            List.of("a.jsonl", "a.json", "a.csv", "a.tsv", "a.txt", "a.md", "a", "a.gz", "a.zip");
    private static final String PIECES = "\"',;\t\n\r{}[]:\\\u0000#`a0中\ud83d\ude00";

    @TempDir
    Path folder;

    @Test
    void nothingBreaksTheReaders() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ReaderFuzzTest seed " + seed);
        Random random = new Random(seed);
        Path file = folder.resolve("file");
        for (int round = 0; round < 3000; round++) {
            byte[] content = mutated(random);
            Files.write(file, content);
            String name = NAMES.get(random.nextInt(NAMES.size()));
            long[] seen = new long[2];
            try {
                new DatasetReader(folder, Bounds.DEFAULT).read(file, name, ImportSettings.AUTOMATIC, counting(seen));
            } catch (Problem e) {
                assertThat(e.getMessage())
                        .as("round %d of seed %d", round, seed)
                        .doesNotStartWith("!");
            } catch (RuntimeException e) {
                throw new AssertionError("round " + round + " of seed " + seed + ", " + name, e);
            }
        }
    }

    private static byte[] mutated(Random random) throws Exception {
        StringBuilder text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
        for (int change = random.nextInt(6); change > 0; change--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(3)) {
                case 0 -> text.insert(at, PIECES.charAt(random.nextInt(PIECES.length())));
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(5)));
                default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(20))));
            }
        }
        Charset charset = List.of(
                        StandardCharsets.UTF_8,
                        StandardCharsets.UTF_8,
                        StandardCharsets.UTF_16LE,
                        StandardCharsets.UTF_16BE,
                        Charset.forName("GB18030"))
                .get(random.nextInt(5));
        byte[] bytes = text.toString().getBytes(charset);
        if (random.nextInt(4) == 0) {
            bytes = random.nextBoolean() ? BrokenFilesTest.gzip(bytes) : BrokenFilesTest.zip("a.jsonl", bytes);
        }
        for (int change = random.nextInt(3); change > 0 && bytes.length > 0; change--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static DatasetReader.Output counting(long[] seen) {
        return new DatasetReader.Output() {
            @Override
            public void accepted(Place place, Row row, String line) {
                seen[0]++;
                assertThat(place.line()).isPositive();
            }

            @Override
            public void bad(BadRow row) {
                seen[1]++;
                assertThat(row.place().line()).isPositive();
                assertThat(row.reason().toString()).doesNotStartWith("!");
            }

            @Override
            public void blank() {}
        };
    }
}
