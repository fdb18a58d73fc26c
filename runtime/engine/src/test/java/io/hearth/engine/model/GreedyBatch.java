package io.hearth.engine.model;

import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Some prompts going on together, greedily, straight on a {@link PagedRunner}: prompts first, then a token a step. */
final class GreedyBatch {
    private final PagedRunner runner;
    private final int vocabulary;
    private final Device device;
    private final int blockSize;
    private final List<Sequence> sequences = new ArrayList<>();
    private int nextBlock;

    private static final class Sequence {
        int number;
        int adapter;
        int[] tokens;
        int prompt;
        int cached;
        List<Integer> blocks = new ArrayList<>();
    }

    GreedyBatch(PagedRunner runner, int vocabulary, Device device, int blockSize) {
        this.runner = runner;
        this.vocabulary = vocabulary;
        this.device = device;
        this.blockSize = blockSize;
    }

    /** Adds a prompt; returns its number. */
    int add(int[] prompt, int adapter) {
        Sequence sequence = new Sequence();
        sequence.number = sequences.size();
        sequence.adapter = adapter;
        sequence.tokens = prompt.clone();
        sequence.prompt = prompt.length;
        sequences.add(sequence);
        return sequence.number;
    }

    void run(int newTokens) {
        for (int i = 0; i < newTokens; i++) {
            step();
        }
    }

    int[] generated(int number) {
        Sequence sequence = sequences.get(number);
        return Arrays.copyOfRange(sequence.tokens, sequence.prompt, sequence.tokens.length);
    }

    private void step() {
        List<Sequence> order = new ArrayList<>(sequences);
        order.sort(Comparator.comparingInt(s -> s.adapter < 0 ? Integer.MAX_VALUE : s.adapter));
        List<Integer> tokens = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        List<Integer> slots = new ArrayList<>();
        int[] cuQ = new int[order.size() + 1];
        int[] kvLen = new int[order.size()];
        int[][] tables = new int[order.size()][];
        int[] rows = new int[order.size()];
        for (int b = 0; b < order.size(); b++) {
            Sequence sequence = order.get(b);
            for (int t = sequence.cached; t < sequence.tokens.length; t++) {
                if (t / blockSize >= sequence.blocks.size()) {
                    sequence.blocks.add(nextBlock++);
                }
                tokens.add(sequence.tokens[t]);
                positions.add(t);
                slots.add(sequence.blocks.get(t / blockSize) * blockSize + t % blockSize);
            }
            sequence.cached = sequence.tokens.length;
            cuQ[b + 1] = tokens.size();
            kvLen[b] = sequence.tokens.length;
            tables[b] = ints(sequence.blocks);
            rows[b] = tokens.size() - 1;
        }
        int[] adapters = order.stream().mapToInt(s -> s.adapter).toArray();
        Tensor logits = runner.logits(
                new PagedBatch(ints(tokens), ints(positions), ints(slots), cuQ, kvLen, tables, adapters, rows));
        float[] host = new float[order.size() * vocabulary];
        device.download(logits, MemorySegment.ofArray(host));
        for (int b = 0; b < order.size(); b++) {
            int best = 0;
            for (int i = 1; i < vocabulary; i++) {
                if (host[b * vocabulary + i] > host[b * vocabulary + best]) {
                    best = i;
                }
            }
            Sequence sequence = order.get(b);
            sequence.tokens = Arrays.copyOf(sequence.tokens, sequence.tokens.length + 1);
            sequence.tokens[sequence.tokens.length - 1] = best;
        }
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }
}
