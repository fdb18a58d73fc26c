package io.hearth.engine.serve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Decides what each step computes.
 *
 * <p>A step first takes one token of every sequence that decodes, the oldest first; what is left of the token budget goes
 * to prompts, in chunks: first to those already begun, then to waiting ones in the order of arrival. So answers that run
 * are never held up by a long prompt, and a prompt is never held up for good, since a running sequence costs one token of
 * the budget. A sequence enters only if the blocks for all its tokens are free. When a decoding sequence needs a block and
 * none is free, the youngest running sequence gives its blocks back and waits again, with its tokens, at its place in the
 * order of arrival: the oldest one always goes on, hence every request ends.
 *
 * <p>Used by the compute thread alone.
 */
public final class Scheduler {
    private static final Comparator<Sequence> OLDEST_FIRST = Comparator.comparingLong(Sequence::arrival);
    private static final Comparator<Chunk> BY_ADAPTER =
            Comparator.comparingInt(Scheduler::adapterOrder).thenComparing(Chunk::sequence, OLDEST_FIRST);

    private final BlockManager blocks;
    private final int maxSequences;
    private final int maxBatchTokens;
    private final TreeSet<Sequence> waiting = new TreeSet<>(OLDEST_FIRST);
    private final TreeSet<Sequence> running = new TreeSet<>(OLDEST_FIRST);
    private long preemptions;

    /**
     * @param blocks the cache's blocks
     * @param maxSequences most sequences in a step
     * @param maxBatchTokens most tokens in a step; at least {@code maxSequences}
     */
    public Scheduler(BlockManager blocks, int maxSequences, int maxBatchTokens) {
        if (maxSequences < 1 || maxBatchTokens < maxSequences) {
            throw new IllegalArgumentException("maxBatchTokens (" + maxBatchTokens + ") must be at least maxSequences ("
                    + maxSequences + "), and that at least 1");
        }
        this.blocks = blocks;
        this.maxSequences = maxSequences;
        this.maxBatchTokens = maxBatchTokens;
    }

    /**
     * Lets a sequence wait for its turn. The caller has made sure that it fits into the cache at its full length when it
     * is alone.
     */
    public void add(Sequence sequence) {
        waiting.add(sequence);
    }

    /** Takes a sequence out, whatever its state, and frees its blocks at once. Not there any more: nothing happens. */
    public void remove(Sequence sequence) {
        waiting.remove(sequence);
        if (running.remove(sequence)) {
            blocks.release(sequence.blocks());
        }
    }

    /** The next step; empty only if there is no sequence. The chunks of one adapter stand together, the base's last. */
    public List<Chunk> schedule() {
        List<Chunk> step = new ArrayList<>();
        int budget = maxBatchTokens - decode(step);
        budget -= continuePrompts(step, budget);
        admit(step, budget);
        step.sort(BY_ADAPTER);
        return step;
    }

    /** The step was computed: its tokens are in the cache. To be called before new tokens are appended. */
    public void computed(List<Chunk> step) {
        step.forEach(chunk -> chunk.sequence().advance(chunk.count()));
    }

    private static int adapterOrder(Chunk chunk) {
        int adapter = chunk.sequence().adapter();
        return adapter < 0 ? Integer.MAX_VALUE : adapter;
    }

    private int decode(List<Chunk> step) {
        int tokens = 0;
        for (Sequence sequence : List.copyOf(running)) {
            boolean decodes = sequence.length() - sequence.cached() == 1;
            // A sequence may have been preempted for the sake of an older one earlier in this loop.
            if (decodes && running.contains(sequence) && reserveOrPreempt(sequence)) {
                step.add(new Chunk(sequence, 1));
                tokens++;
            }
        }
        return tokens;
    }

    /** Preempts only younger sequences, none of which is in the step yet, or the sequence itself. */
    private boolean reserveOrPreempt(Sequence sequence) {
        while (!blocks.reserve(sequence.blocks(), sequence.length())) {
            Sequence youngest = running.last();
            preempt(youngest);
            if (youngest == sequence) {
                return false;
            }
        }
        return true;
    }

    private void preempt(Sequence sequence) {
        running.remove(sequence);
        blocks.release(sequence.blocks());
        sequence.forgetCache();
        waiting.add(sequence);
        preemptions++;
    }

    private int continuePrompts(List<Chunk> step, int budget) {
        int tokens = 0;
        for (Sequence sequence : running) {
            int left = sequence.length() - sequence.cached();
            if (left > 1 && tokens < budget) {
                int count = Math.min(left, budget - tokens);
                step.add(new Chunk(sequence, count));
                tokens += count;
            }
        }
        return tokens;
    }

    private void admit(List<Chunk> step, int budget) {
        while (budget > 0 && running.size() < maxSequences && !waiting.isEmpty()) {
            Sequence sequence = waiting.first();
            if (!running.isEmpty() && blocks.blocksFor(sequence.length()) + reserve() > blocks.freeBlocks()) {
                return;
            }
            if (!blocks.reserve(sequence.blocks(), sequence.length())) {
                throw new IllegalStateException("a sequence of " + sequence.length()
                        + " tokens does not fit into an empty cache of " + blocks.blocks() + " blocks");
            }
            waiting.remove(sequence);
            running.add(sequence);
            int count = Math.min(sequence.length() - sequence.cached(), budget);
            step.add(new Chunk(sequence, count));
            budget -= count;
        }
    }

    /** Blocks kept free for those that run, so that a newcomer does not have to leave again in the next step. */
    private int reserve() {
        return Math.ceilDiv(blocks.blocks(), 100);
    }

    public int running() {
        return running.size();
    }

    public int waiting() {
        return waiting.size();
    }

    /** How often a sequence had to give its blocks back. */
    public long preemptions() {
        return preemptions;
    }

    public boolean isIdle() {
        return running.isEmpty() && waiting.isEmpty();
    }
}
