package io.hearth.starter;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Seeded chance. Everything is derived here from the raw 64-bit stream of L64X128MixRandom, whose
 * algorithm is specified; the convenience methods of {@link RandomGenerator} may change with the JDK,
 * and a corpus that changes with the JDK could not be made again.
 */
final class Dice {
    private final RandomGenerator source;

    Dice(long seed) {
        source = java.util.random.RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** Returns an integer from 0 to {@code bound - 1}. */
    int below(int bound) {
        return (int) Math.unsignedMultiplyHigh(source.nextLong(), (long) bound);
    }

    /** Returns an integer from {@code low} to {@code high - 1}. */
    int between(int low, int high) {
        return low + below(high - low);
    }

    /** Returns true with the given probability. */
    boolean chance(double probability) {
        return unit() < probability;
    }

    /** Returns a number in [0, 1). */
    double unit() {
        return (source.nextLong() >>> 11) * 0x1.0p-53;
    }

    /**
     * Returns a standard normal number (Box-Muller). {@link StrictMath} because {@link Math} may differ
     * in the last bit between machines.
     */
    double gaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - unit()));
        return radius * StrictMath.cos(2 * Math.PI * unit());
    }

    <T> T pick(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    @SafeVarargs
    final <T> T pick(T... choices) {
        return choices[below(choices.length)];
    }

    char pick(String characters) {
        return characters.charAt(below(characters.length()));
    }

    /** Returns {@code count} different elements in random order. */
    <T> List<T> sample(List<T> choices, int count) {
        List<T> pool = new ArrayList<>(choices);
        for (int i = 0; i < count; i++) {
            int other = between(i, pool.size());
            T swapped = pool.get(i);
            pool.set(i, pool.get(other));
            pool.set(other, swapped);
        }
        return List.copyOf(pool.subList(0, count));
    }

    <T> List<T> shuffled(List<T> elements) {
        return sample(elements, elements.size());
    }
}
