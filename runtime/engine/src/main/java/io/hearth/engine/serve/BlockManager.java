package io.hearth.engine.serve;

/**
 * Gives out the blocks of the paged key-value cache and takes them back.
 *
 * <p>A block holds {@code blockSize} consecutive positions of one sequence. The memory itself belongs to the model's
 * runner; this class only knows numbers. Used by the compute thread alone, except {@link #blocksInUse()}.
 */
public final class BlockManager {
    private final int blockSize;
    private final int[] free;
    private volatile int freeCount;

    /**
     * @param blocks number of blocks in the cache
     * @param blockSize positions per block
     */
    public BlockManager(int blocks, int blockSize) {
        if (blocks < 1 || blockSize < 1) {
            throw new IllegalArgumentException(
                    "a cache needs at least one block of one position, not " + blocks + " of " + blockSize);
        }
        this.blockSize = blockSize;
        this.free = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            // The list is used as a stack: low numbers go out first.
            free[i] = blocks - 1 - i;
        }
        this.freeCount = blocks;
    }

    public int blockSize() {
        return blockSize;
    }

    public int blocks() {
        return free.length;
    }

    public int freeBlocks() {
        return freeCount;
    }

    /** May be read from any thread. */
    public int blocksInUse() {
        return free.length - freeCount;
    }

    /** Blocks that a sequence of this many tokens takes. */
    public int blocksFor(int tokens) {
        return Math.ceilDiv(tokens, blockSize);
    }

    /**
     * Lets a table grow until it holds this many tokens.
     *
     * @return false, with nothing changed, if there are not enough free blocks
     */
    public boolean reserve(BlockTable table, int tokens) {
        int missing = blocksFor(tokens) - table.size();
        if (missing > freeCount) {
            return false;
        }
        for (int i = 0; i < missing; i++) {
            table.add(free[freeCount - 1]);
            freeCount = freeCount - 1;
        }
        return true;
    }

    /** Takes all blocks of a table back; the table is empty afterwards. */
    public void release(BlockTable table) {
        if (freeCount + table.size() > free.length) {
            throw new IllegalStateException("blocks were given back twice");
        }
        for (int i = table.size() - 1; i >= 0; i--) {
            free[freeCount] = table.block(i);
            freeCount = freeCount + 1;
        }
        table.clear();
    }
}
