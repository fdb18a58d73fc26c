package io.hearth.starter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Learns a byte-level byte pair encoding (Sennrich et al. 2016): starting from the 256 bytes, the pair of
 * neighbouring tokens that occurs most often becomes a token, again and again. Ties go to the pair with
 * the lower token ids, so the result depends on the text alone.
 */
public final class BytePairTrainer {
    private record Pair(int left, int right) {}

    private record Candidate(long count, Pair pair) {}

    private static final Comparator<Candidate> MOST_FREQUENT = Comparator.comparingLong(Candidate::count)
            .reversed()
            .thenComparingInt(candidate -> candidate.pair().left())
            .thenComparingInt(candidate -> candidate.pair().right());

    private final Map<String, Long> pieces = new TreeMap<>();
    private final List<int[]> words = new ArrayList<>();
    private final List<Long> wordCounts = new ArrayList<>();
    private final Map<Pair, Long> counts = new HashMap<>();
    private final Map<Pair, Set<Integer>> places = new HashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(MOST_FREQUENT);

    /** Counts the pieces of a text {@code times} times. */
    public void add(String text, int times) {
        PieceSplitter.split(text).forEach(piece -> pieces.merge(ByteAlphabet.encode(piece), (long) times, Long::sum));
    }

    /**
     * Merges until the vocabulary, special tokens included, has {@code vocabularySize} tokens or no pair
     * occurs {@code minFrequency} times.
     */
    public BytePairVocabulary train(int vocabularySize, int minFrequency) {
        List<String> tokens = BytePairVocabulary.baseTokens();
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            ids.put(tokens.get(id), id);
        }
        List<BytePairVocabulary.Merge> merges = new ArrayList<>();
        layOut(ids);
        counts.forEach((pair, count) -> queue.add(new Candidate(count, pair)));
        while (tokens.size() < vocabularySize) {
            Pair best = mostFrequent(minFrequency);
            if (best == null) {
                break;
            }
            String left = tokens.get(best.left());
            String right = tokens.get(best.right());
            merges.add(new BytePairVocabulary.Merge(left, right));
            // Two ways of merging can spell the same token; both then lead to one id.
            Integer known = ids.putIfAbsent(left + right, tokens.size());
            if (known == null) {
                tokens.add(left + right);
            }
            merge(best, ids.get(left + right));
        }
        return new BytePairVocabulary(List.copyOf(tokens), List.copyOf(merges));
    }

    private void layOut(Map<String, Integer> ids) {
        pieces.forEach((piece, count) -> {
            int[] symbols = new int[piece.length()];
            for (int i = 0; i < symbols.length; i++) {
                symbols[i] = ids.get(piece.substring(i, i + 1));
            }
            words.add(symbols);
            wordCounts.add(count);
            count(words.size() - 1, +1);
        });
    }

    /** Adds ({@code sign} = 1) or takes away (-1) the pairs of a word. */
    private Set<Pair> count(int word, int sign) {
        int[] symbols = words.get(word);
        long times = sign * wordCounts.get(word);
        Set<Pair> seen = new HashSet<>();
        for (int i = 0; i + 1 < symbols.length; i++) {
            Pair pair = new Pair(symbols[i], symbols[i + 1]);
            counts.merge(pair, times, Long::sum);
            seen.add(pair);
        }
        for (Pair pair : seen) {
            if (sign > 0) {
                places.computeIfAbsent(pair, _ -> new HashSet<>()).add(word);
            } else {
                places.get(pair).remove(word);
            }
        }
        return seen;
    }

    /** Returns the most frequent pair, or null when none is frequent enough. */
    private Pair mostFrequent(int minFrequency) {
        while (!queue.isEmpty()) {
            Candidate candidate = queue.poll();
            long count = counts.getOrDefault(candidate.pair(), 0L);
            if (count == candidate.count()) {
                return count >= minFrequency ? candidate.pair() : null;
            }
            // Merges elsewhere have made this pair rarer since it was queued.
            if (count > 0 && count < candidate.count()) {
                queue.add(new Candidate(count, candidate.pair()));
            }
        }
        return null;
    }

    private void merge(Pair pair, int merged) {
        Set<Pair> changed = new HashSet<>();
        for (int word : List.copyOf(places.get(pair))) {
            count(word, -1);
            words.set(word, merged(words.get(word), pair, merged));
            changed.addAll(count(word, +1));
        }
        for (Pair other : changed) {
            if (other.left() == merged || other.right() == merged) {
                queue.add(new Candidate(counts.get(other), other));
            }
        }
    }

    static int[] merged(int[] symbols, int left, int right, int merged) {
        int[] result = new int[symbols.length];
        int length = 0;
        for (int i = 0; i < symbols.length; i++) {
            boolean match = i + 1 < symbols.length && symbols[i] == left && symbols[i + 1] == right;
            result[length++] = match ? merged : symbols[i];
            i += match ? 1 : 0;
        }
        return java.util.Arrays.copyOf(result, length);
    }

    private static int[] merged(int[] symbols, Pair pair, int merged) {
        return merged(symbols, pair.left(), pair.right(), merged);
    }
}
