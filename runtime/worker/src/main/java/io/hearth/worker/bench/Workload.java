package io.hearth.worker.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What is measured on a card.
 *
 * @param prefills lengths of prompts
 * @param decodes sequences and their context
 * @param trainedTokens tokens of a training row
 * @param trainedRows how many rows of that length a step may have, the most wanted number first
 * @param matrix rows and columns of the matrices whose product stands for the most that the card can do
 */
record Workload(
        List<Integer> prefills, List<Decode> decodes, int trainedTokens, List<Integer> trainedRows, int matrix) {
    /** A step in which each of some sequences gets a token, which is the last of so many. */
    record Decode(int sequences, int context) {}

    /** Prompts and contexts of 512 and 4096 tokens, 1, 32 and 256 sequences, training rows of 4096. */
    static Workload full() {
        return new Workload(
                List.of(512, 4096),
                List.of(
                        new Decode(1, 512),
                        new Decode(1, 4096),
                        new Decode(32, 512),
                        new Decode(32, 4096),
                        new Decode(256, 512),
                        new Decode(256, 4096)),
                4096,
                List.of(4, 2, 1),
                8192);
    }

    /** One prompt, one context. */
    static Workload quick() {
        Workload full = full();
        return new Workload(
                List.of(4096),
                full.decodes.stream().filter(decode -> decode.context == 512).toList(),
                full.trainedTokens,
                full.trainedRows,
                full.matrix);
    }

    /** The same kinds of work in numbers that an emulated card can bear. */
    static Workload tiny() {
        return new Workload(List.of(32), List.of(new Decode(1, 32), new Decode(4, 32)), 32, List.of(2, 1), 64);
    }

    /** Longest sequence. */
    int positions() {
        return IntStream.concat(
                        IntStream.of(trainedTokens),
                        IntStream.concat(
                                prefills.stream().mapToInt(Integer::intValue),
                                decodes.stream().mapToInt(Decode::context)))
                .max()
                .orElseThrow();
    }
}
