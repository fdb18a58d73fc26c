package io.hearth.device.ascend.aclnn;

import java.util.Arrays;

/** Numbers one behind the other, in memory that is used again. */
final class LongList {
    private long[] values = new long[64];
    private int size;

    void clear() {
        size = 0;
    }

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    void addAll(long[] more) {
        for (long value : more) {
            add(value);
        }
    }

    void addAll(LongList more) {
        for (int i = 0; i < more.size; i++) {
            add(more.values[i]);
        }
    }

    void set(int index, long value) {
        values[index] = value;
    }

    long get(int index) {
        return values[index];
    }

    int size() {
        return size;
    }

    LongList copy() {
        LongList copy = new LongList();
        copy.values = Arrays.copyOf(values, Math.max(1, size));
        copy.size = size;
        return copy;
    }

    boolean sameAs(LongList other) {
        return Arrays.equals(values, 0, size, other.values, 0, other.size);
    }

    int hash() {
        int hash = 1;
        for (int i = 0; i < size; i++) {
            hash = 31 * hash + Long.hashCode(values[i] * 0x9E3779B97F4A7C15L);
        }
        return hash;
    }
}
