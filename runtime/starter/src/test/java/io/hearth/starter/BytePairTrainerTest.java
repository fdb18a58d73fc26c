package io.hearth.starter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BytePairTrainerTest {
    private static final int BASE = 3 + 256;

    @Test
    void mergesTheMostFrequentPairFirst() {
        BytePairTrainer trainer = new BytePairTrainer();
        trainer.add("low", 5);
        trainer.add("lower", 2);
        trainer.add("newest", 6);
        trainer.add("widest", 3);
        BytePairVocabulary vocabulary = trainer.train(BASE + 4, 2);
        // es and st occur 9 times each, and e has the lower id; then est; then lo and ow 7 times each.
        assertThat(vocabulary.merges())
                .containsExactly(
                        new BytePairVocabulary.Merge("e", "s"),
                        new BytePairVocabulary.Merge("es", "t"),
                        new BytePairVocabulary.Merge("l", "o"),
                        new BytePairVocabulary.Merge("lo", "w"));
        assertThat(vocabulary.tokens()).hasSize(BASE + 4).endsWith("es", "est", "lo", "low");
    }

    @Test
    void stopsWhereNoPairIsFrequentEnough() {
        BytePairTrainer trainer = new BytePairTrainer();
        trainer.add("ab", 20);
        trainer.add("cd", 19);
        assertThat(trainer.train(BASE + 50, 20).merges()).containsExactly(new BytePairVocabulary.Merge("a", "b"));
    }

    @Test
    void countsAPairThatOverlapsItself() {
        BytePairTrainer trainer = new BytePairTrainer();
        trainer.add("aaaa", 10);
        BytePairVocabulary vocabulary = trainer.train(BASE + 2, 2);
        assertThat(vocabulary.merges())
                .containsExactly(new BytePairVocabulary.Merge("a", "a"), new BytePairVocabulary.Merge("aa", "aa"));
        assertThat(vocabulary.encoder().encode("aaaaa")).hasSize(2);
    }

    @Test
    void neverMergesAcrossChineseCharactersOrDigits() {
        BytePairTrainer trainer = new BytePairTrainer();
        trainer.add("中文中文 2024 2024", 100);
        BytePairVocabulary vocabulary = trainer.train(BASE + 50, 2);
        assertThat(vocabulary.encoder().encode("中文")).hasSize(2);
        assertThat(vocabulary.encoder().encode("2024")).hasSize(4);
    }
}
