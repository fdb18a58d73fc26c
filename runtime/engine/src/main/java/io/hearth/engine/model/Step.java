package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Kernels;
import io.hearth.device.LoraSegments;
import io.hearth.device.SortedIds;
import io.hearth.device.Tensor;

/**
 * Everything that the layers need to know of the step they are computing: where to write, which tokens stand where, and
 * how tokens attend to each other.
 *
 * <p>In training, what the backward pass needs is taken from {@link #kept}; everything else comes from {@link #scratch}
 * and is given back at the end of the layer. In inference both are the same stack.
 */
public final class Step {
    final Kernels kernels;
    final DType act;
    final boolean training;
    final StepMemory kept;
    final StepMemory scratch;
    final int tokens;
    final Tensor ids;
    final SortedIds sortedIds;
    final Tensor cos;
    final Tensor sin;
    final AttentionPattern pattern;
    final LoraSegments segments;
    final long dropoutSeed;
    final long dropoutStep;
    final int dropoutToken;

    /** Told of the residual stream after the embedding (0) and after each layer; null if nobody listens. */
    HiddenObserver observer;

    /** Sees hidden states while they are there. */
    @FunctionalInterface
    public interface HiddenObserver {
        /** The residual stream [T, H] after {@code layer} layers; the last one is seen after the final norm. */
        void hidden(int layer, Tensor stream);
    }

    private Step(Builder b) {
        this.kernels = b.kernels;
        this.act = b.act;
        this.training = b.training;
        this.kept = b.kept;
        this.scratch = b.scratch;
        this.tokens = Math.toIntExact(b.ids.elements());
        this.ids = b.ids;
        this.sortedIds = b.sortedIds;
        this.cos = b.cos;
        this.sin = b.sin;
        this.pattern = b.pattern;
        this.segments = b.segments;
        this.dropoutSeed = b.dropoutSeed;
        this.dropoutStep = b.dropoutStep;
        this.dropoutToken = b.dropoutToken;
        this.observer = b.observer;
    }

    public Kernels kernels() {
        return kernels;
    }

    public StepMemory scratch() {
        return scratch;
    }

    /** Number of tokens, T. */
    public int tokens() {
        return tokens;
    }

    /** Takes a tensor that the backward pass will need. */
    Tensor keep(DType type, long... shape) {
        return kept.take(type, shape);
    }

    /** Takes a tensor that goes at the end of the layer. */
    Tensor scratch(DType type, long... shape) {
        return scratch.take(type, shape);
    }

    /** Begins the description of a step on these token ids, i32[T]. */
    public static Builder on(Kernels kernels, DType act, Tensor ids) {
        return new Builder(kernels, act, ids);
    }

    /** Collects the parts of a step. */
    public static final class Builder {
        private final Kernels kernels;
        private final DType act;
        private final Tensor ids;
        private boolean training;
        private StepMemory kept;
        private StepMemory scratch;
        private SortedIds sortedIds;
        private Tensor cos;
        private Tensor sin;
        private AttentionPattern pattern;
        private LoraSegments segments;
        private long dropoutSeed;
        private long dropoutStep;
        private int dropoutToken;
        private HiddenObserver observer;

        private Builder(Kernels kernels, DType act, Tensor ids) {
            this.kernels = kernels;
            this.act = act;
            this.ids = ids;
        }

        /** A training step: what the backward pass needs stays in {@code kept}. */
        public Builder training(StepMemory kept, StepMemory scratch) {
            this.training = true;
            this.kept = kept;
            this.scratch = scratch;
            return this;
        }

        /** A step without a backward pass. */
        public Builder inference(StepMemory scratch) {
            this.training = false;
            this.kept = scratch;
            this.scratch = scratch;
            return this;
        }

        /** Ids grouped by value; needed if the embedding is trained. */
        public Builder sortedIds(SortedIds sorted) {
            this.sortedIds = sorted;
            return this;
        }

        /** Rotary embedding at the tokens' positions, [T, D] each. */
        public Builder rotary(Tensor cos, Tensor sin) {
            this.cos = cos;
            this.sin = sin;
            return this;
        }

        /** How tokens attend to each other. */
        public Builder pattern(AttentionPattern pattern) {
            this.pattern = pattern;
            return this;
        }

        /** Which rows use which adapter of the pool, or null if none does. */
        public Builder segments(LoraSegments segments) {
            this.segments = segments;
            return this;
        }

        /**
         * Seed and number from which dropout masks are drawn; the same numbers draw the same masks, so that activations
         * can be made again.
         *
         * @param token place of the first token in the batch that the number belongs to: its part of a batch that is cut
         *     over several cards draws what the whole batch would
         */
        public Builder dropout(long seed, long step, int token) {
            this.dropoutSeed = seed;
            this.dropoutStep = step;
            this.dropoutToken = token;
            return this;
        }

        public Builder observer(HiddenObserver observer) {
            this.observer = observer;
            return this;
        }

        public Step build() {
            return new Step(this);
        }
    }
}
