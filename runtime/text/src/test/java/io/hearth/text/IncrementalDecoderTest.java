package io.hearth.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncrementalDecoderTest {
    @TempDir
    Path folder;

    private Tokenizer tokenizer;

    @BeforeEach
    void load() throws Exception {
        tokenizer = Tokenizer.load(TestTokenizers.write(folder, null));
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void holdsBackHalfCharacters() {
        int[] ids = tokenizer.encode("中😀a");
        assertThat(ids).hasSize(2 + 4 + 1);
        IncrementalDecoder decoder = new IncrementalDecoder(tokenizer, true);
        String[] pieces = new String[ids.length];
        for (int i = 0; i < ids.length; i++) {
            pieces[i] = decoder.add(ids[i]);
        }
        assertThat(pieces).containsExactly("", "中", "", "", "", "😀", "a");
        assertThat(decoder.flush()).isEmpty();
    }

    @Test
    void piecesMakeUpTheWhole() {
        String text = "hello world <|im_start|> 泵 E-07 👨‍👩‍👧 <|im_end|>\n\n再见, hello�world";
        for (boolean skip : new boolean[] {true, false}) {
            int[] ids = tokenizer.encode(text);
            IncrementalDecoder decoder = new IncrementalDecoder(tokenizer, skip);
            StringBuilder whole = new StringBuilder();
            for (int id : ids) {
                String piece = decoder.add(id);
                assertThat(Character.isHighSurrogate(piece.isEmpty() ? 'x' : piece.charAt(piece.length() - 1)))
                        .isFalse();
                whole.append(piece);
            }
            assertThat(whole.append(decoder.flush()).toString()).isEqualTo(tokenizer.decode(ids, skip));
        }
    }

    @Test
    void anEndWithinACharacterComesOutAtTheFlush() {
        int[] ids = tokenizer.encode("a😀");
        IncrementalDecoder decoder = new IncrementalDecoder(tokenizer, true);
        assertThat(decoder.add(ids[0])).isEqualTo("a");
        assertThat(decoder.add(ids[1])).isEmpty();
        assertThat(decoder.flush()).isEqualTo("\uFFFD");
        assertThat(decoder.flush()).isEmpty();
    }

    @Test
    void randomTokensGiveTheSameTextAsOneDecoding() {
        long seed = 77;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int[] ids = random.ints(1 + random.nextInt(40), 0, tokenizer.vocabularySize())
                    .toArray();
            boolean skip = random.nextBoolean();
            IncrementalDecoder decoder = new IncrementalDecoder(tokenizer, skip);
            StringBuilder whole = new StringBuilder();
            for (int id : ids) {
                whole.append(decoder.add(id));
            }
            assertThat(whole.append(decoder.flush()).toString())
                    .as("seed " + seed + " round " + round)
                    .isEqualTo(tokenizer.decode(ids, skip));
        }
    }
}
