package io.hearth.engine.serve;

import java.util.Arrays;

/** The blocks of the key-value cache that hold one sequence, in the order of its positions. */
public final class BlockTable {
    private int[] blocks = new int[4];
    private int size;

    void add(int block) {
        if (size == blocks.length) {
            blocks = Arrays.copyOf(blocks, size * 2);
        }
        blocks[size++] = block;
    }

    void clear() {
        size = 0;
    }

    public int size() {
        return size;
    }

    public int block(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException("block " + index + " of " + size);
        }
        return blocks[index];
    }

    public int[] toArray() {
        return Arrays.copyOf(blocks, size);
    }
}
