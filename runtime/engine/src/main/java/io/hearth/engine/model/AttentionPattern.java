package io.hearth.engine.model;

import io.hearth.device.Kernels;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import java.util.List;

/** How the tokens of a step attend: to the rows of their own batch, or to a paged cache. */
public sealed interface AttentionPattern {
    /**
     * Attends in one layer.
     *
     * @param layer number of the layer
     * @param q [T, Nq, D]
     * @param k [T, Nkv, D]
     * @param v [T, Nkv, D]
     * @param out [T, Nq, D]
     * @param stats softmax statistics for the gradient, or null
     */
    void attend(
            Kernels kernels,
            int layer,
            Tensor q,
            Tensor k,
            Tensor v,
            float scale,
            int window,
            Tensor out,
            Tensor stats);

    /**
     * Every sequence attends to itself and to nothing else: training and scoring.
     *
     * @param lens rows of each sequence
     */
    record Packed(SeqLens lens) implements AttentionPattern {
        @Override
        public void attend(
                Kernels kernels,
                int layer,
                Tensor q,
                Tensor k,
                Tensor v,
                float scale,
                int window,
                Tensor out,
                Tensor stats) {
            kernels.attention(q, k, v, lens, scale, window, out, stats);
        }
    }

    /**
     * Keys and values go to a cache in blocks, and queries attend to what is there: serving.
     *
     * @param lens new tokens and contexts of the sequences
     * @param slots i32[T], place of each token in the cache
     * @param blockTable i32[B, maximum blocks]
     * @param keys one cache per layer, [blocks, blockSize, Nkv, D]
     * @param values likewise
     */
    record Paged(SeqLens lens, Tensor slots, Tensor blockTable, List<Tensor> keys, List<Tensor> values)
            implements AttentionPattern {
        @Override
        public void attend(
                Kernels kernels,
                int layer,
                Tensor q,
                Tensor k,
                Tensor v,
                float scale,
                int window,
                Tensor out,
                Tensor stats) {
            Tensor keyCache = keys.get(layer);
            Tensor valueCache = values.get(layer);
            kernels.kvWrite(k, v, slots, keyCache, valueCache);
            kernels.pagedAttention(q, keyCache, valueCache, blockTable, lens, scale, window, out);
        }
    }
}
