package io.hearth.engine.train;

import io.hearth.contract.Recipe;
import io.hearth.engine.model.PackedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Deals rows into batches. The order of an epoch depends on the seed and the epoch's number alone, so that the place in
 * the data is known from the number of steps done.
 */
public final class Batcher {
    private final List<PackedBatch.Row> rows;
    private final int batchTokens;
    private final boolean packing;
    private final int accumulation;
    private final long seed;
    private final int[] firstStep;

    private int cachedEpoch = -1;
    private List<int[]> cachedBatches;

    /**
     * @param rows none longer than {@code batchTokens}
     * @param recipe with defaults filled in
     * @param batchTokens most tokens of a micro-batch, padding included
     */
    public Batcher(List<PackedBatch.Row> rows, Recipe recipe, int batchTokens) {
        this.rows = rows;
        this.batchTokens = batchTokens;
        this.packing = recipe.packing();
        this.accumulation = recipe.gradientAccumulation();
        this.seed = recipe.seed();
        this.firstStep = firstSteps(recipe);
    }

    /** First step (from 0) of each epoch; the last entry is the number of steps of the run. */
    private int[] firstSteps(Recipe recipe) {
        List<Integer> starts = new ArrayList<>(List.of(0));
        if (rows.isEmpty()) {
            throw new JobException("There is no row to train on.");
        }
        int epoch = 0;
        while (true) {
            int steps = (batchesOf(epoch).size() + accumulation - 1) / accumulation;
            int start = starts.getLast();
            int end = start + steps;
            if (recipe.maxSteps() != null) {
                starts.add(Math.min(end, recipe.maxSteps()));
                if (end >= recipe.maxSteps()) {
                    break;
                }
            } else {
                double left = recipe.epochs() - epoch;
                starts.add(left < 1 ? start + Math.max(1, (int) Math.round(steps * left)) : end);
                if (left <= 1) {
                    break;
                }
            }
            epoch++;
        }
        return starts.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Steps of the whole run. */
    public int steps() {
        return firstStep[firstStep.length - 1];
    }

    /** Passes over the rows after {@code steps} steps, with a fraction. */
    public double epochAfter(int steps) {
        int epoch = epochOf(Math.max(0, steps - 1));
        int whole = (batchesOf(epoch).size() + accumulation - 1) / accumulation;
        return epoch + (steps - firstStep[epoch]) / (double) whole;
    }

    private int epochOf(int step) {
        int epoch = 0;
        while (epoch + 2 < firstStep.length && firstStep[epoch + 1] <= step) {
            epoch++;
        }
        return epoch;
    }

    /**
     * The micro-batches of a step. Weights are scaled so that the losses of the step add up to the mean over its counted
     * tokens.
     *
     * @param step from 0
     */
    public List<PackedBatch> microBatches(int step) {
        int epoch = epochOf(step);
        List<int[]> all = batchesOf(epoch);
        int from = (step - firstStep[epoch]) * accumulation;
        List<List<PackedBatch.Row>> groups = new ArrayList<>();
        double weight = 0;
        for (int[] batch : all.subList(from, Math.min(all.size(), from + accumulation))) {
            List<PackedBatch.Row> group = new ArrayList<>();
            for (int row : batch) {
                group.add(rows.get(row));
                weight += rows.get(row).totalWeight();
            }
            groups.add(group);
        }
        double scale = weight > 0 ? 1 / weight : 0;
        return groups.stream()
                .map(group -> PackedBatch.of(group, scale, packing ? 0 : longest(group)))
                .toList();
    }

    private static int longest(List<PackedBatch.Row> group) {
        return group.stream().mapToInt(PackedBatch.Row::length).max().orElseThrow();
    }

    /** Row numbers of each micro-batch of an epoch. */
    private List<int[]> batchesOf(int epoch) {
        if (epoch != cachedEpoch) {
            cachedBatches = deal(rows, shuffled(epoch), batchTokens, packing);
            cachedEpoch = epoch;
        }
        return cachedBatches;
    }

    private int[] shuffled(int epoch) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + epoch);
        int[] order = new int[rows.size()];
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** Fills batches in the given order; a row that does not fit any more opens the next one. */
    static List<int[]> deal(List<PackedBatch.Row> rows, int[] order, int batchTokens, boolean packing) {
        List<int[]> batches = new ArrayList<>();
        List<Integer> current = new ArrayList<>();
        int tokens = 0;
        int longest = 0;
        for (int row : order) {
            int length = rows.get(row).length();
            int next = packing ? tokens + length : Math.max(longest, length) * (current.size() + 1);
            if (!current.isEmpty() && next > batchTokens) {
                batches.add(toArray(current));
                current.clear();
                tokens = 0;
                longest = 0;
            }
            current.add(row);
            tokens += length;
            longest = Math.max(longest, length);
        }
        if (!current.isEmpty()) {
            batches.add(toArray(current));
        }
        return batches;
    }

    private static int[] toArray(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }
}
