package io.hearth.device;

/**
 * The operations that the engine needs.
 *
 * <p>Rules for all of them:
 *
 * <ul>
 *   <li>They write into tensors they are given and never allocate. Outputs do not overlap inputs unless it says so.
 *   <li>They are queued on the device's stream. No result is on the host before {@link Device#synchronize} or {@link
 *       Device#download}.
 *   <li><em>act</em> is the type of activations and weights: f32, bf16 or f16, the same for all act tensors of a call.
 *       Sums, softmax, norms and statistics are computed in f32 whatever act is.
 *   <li>Tensors are contiguous unless a parameter says <em>view</em>.
 *   <li>Indices are i32. T is tokens in the step, B sequences, H hidden size, F feed-forward size, Nq and Nkv query and
 *       key-value heads, D head size, V vocabulary.
 *   <li>The same inputs give the same bits.
 *   <li>A wrong shape or type is a fault of the caller: {@link IllegalArgumentException} naming the tensor.
 * </ul>
 */
public interface Kernels {

    // ---- Memory and elementwise ------------------------------------------------------------------------------------

    /** Sets every element of {@code x} (f32, bf16, f16 or i32). */
    void fill(Tensor x, float value);

    /**
     * Copies, converting the type if it differs (round to nearest even).
     *
     * @param source <em>view</em>, f32, bf16 or f16; or i32 to i32
     * @param target <em>view</em>, same shape
     */
    void copy(Tensor source, Tensor target);

    /** {@code out = a + b}, act or f32; {@code out} may be {@code a} or {@code b}. */
    void add(Tensor a, Tensor b, Tensor out);

    /** {@code y += alpha * x}, act or f32. */
    void axpy(float alpha, Tensor x, Tensor y);

    /** {@code x *= factor}, act or f32. */
    void scale(Tensor x, float factor);

    /** {@code x *= factor[0]}; {@code factor} f32[1] on the device. */
    void scale(Tensor x, Tensor factor);

    /**
     * {@code target[i] = source[index[i]]}.
     *
     * @param source [N, C], act or f32
     * @param index i32[M]
     * @param target [M, C]
     */
    void gatherRows(Tensor source, Tensor index, Tensor target);

    /**
     * {@code target[index[i]] = source[i]}; indices are distinct.
     *
     * @param source [M, C], act or f32
     * @param index i32[M]
     * @param target [N, C]
     */
    void scatterRows(Tensor source, Tensor index, Tensor target);

    /**
     * {@code y = x * keep / (1 - p)}, where {@code keep} is drawn from a counter-based generator by (seed, offset +
     * element): the same arguments give the same mask, in whatever order elements are made.
     *
     * @param x [T, C], act
     * @param probability of dropping, in [0, 1)
     * @param mask i8[T, C], 1 = kept; opaque to callers, for {@link #dropoutGrad}
     */
    void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask);

    /** {@code dx = dy * mask / (1 - p)}; {@code dx} may be {@code dy}. */
    void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx);

    // ---- Dense -----------------------------------------------------------------------------------------------------

    /**
     * {@code out = alpha * op(a) * op(b) + beta * out}, accumulated in f32.
     *
     * @param a <em>view</em> [M, K], or [K, M] if {@code transposeA}; act
     * @param b <em>view</em> [K, N], or [N, K] if {@code transposeB}; act
     * @param beta 0 or 1; with 0, {@code out} need not hold numbers
     * @param out <em>view</em> [M, N]; act or f32
     */
    void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, float alpha, float beta, Tensor out);

    /**
     * {@code y = x * weight^T + bias} with a prepared weight, accumulated in f32. A row's result does not depend on the
     * other rows of the call as long as their number stays within one range of the device's ({@code docs/device-api.md}).
     *
     * @param x <em>view</em> [T, in], act
     * @param bias act [out], or null
     * @param y <em>view</em> [T, out], act or f32
     */
    void linear(Tensor x, PreparedWeight weight, Tensor bias, Tensor y);

    /**
     * {@code dWeight += dy^T * x}.
     *
     * @param dy <em>view</em> [T, out], act
     * @param x <em>view</em> [T, in], act
     * @param dWeight f32 [out, in]
     */
    void weightGrad(Tensor dy, Tensor x, Tensor dWeight);

    /**
     * {@code dBias += sum over rows of dy}.
     *
     * @param dy <em>view</em> [T, out], act
     * @param dBias f32 [out]
     */
    void biasGrad(Tensor dy, Tensor dBias);

    /**
     * One matrix product per group of rows: rows {@code offsets[e]} to {@code offsets[e+1]} of {@code x} times {@code
     * weight[e]^T}.
     *
     * @param x [T, in], act, rows sorted by group
     * @param weight [E, out, in], act
     * @param hostOffsets cumulative rows with a leading 0, [E+1]
     * @param offsets the same on the device, i32[E+1]
     * @param y [T, out], act
     */
    void groupedMatmul(Tensor x, Tensor weight, int[] hostOffsets, Tensor offsets, Tensor y);

    // ---- Norm, activation, embedding -------------------------------------------------------------------------------

    /**
     * {@code rstd = 1 / sqrt(mean(x^2) + eps)}, {@code y = x * rstd * gamma} per row (Zhang and Sennrich 2019). As the
     * reference does, {@code x * rstd} is rounded to act before it is multiplied by gamma.
     *
     * @param x [T, H], act
     * @param gamma act [H]
     * @param y [T, H], act
     * @param rstd f32 [T]
     */
    void rmsNorm(Tensor x, Tensor gamma, float eps, Tensor y, Tensor rstd);

    /** {@code sum = residual + x}, then {@link #rmsNorm} of {@code sum}; {@code sum} may be {@code residual}. */
    void addRmsNorm(Tensor residual, Tensor x, Tensor gamma, float eps, Tensor sum, Tensor y, Tensor rstd);

    /**
     * Gradient of {@link #rmsNorm}: {@code dx = rstd * (g - x * rstd^2 * mean(g * x)) + dResidual} with {@code g = dy *
     * gamma}, and {@code dGamma += sum over rows of dy * x * rstd}.
     *
     * @param dy [T, H], act
     * @param x input of the norm [T, H], act
     * @param rstd f32 [T]
     * @param dResidual gradient that goes around the norm [T, H], act, or null; may be {@code dx}
     * @param dx [T, H], act
     * @param dGamma f32 [H], or null if gamma is frozen
     */
    void rmsNormGrad(Tensor dy, Tensor x, Tensor rstd, Tensor gamma, Tensor dResidual, Tensor dx, Tensor dGamma);

    /**
     * {@code h = silu(gate) * up} (Shazeer 2020).
     *
     * @param gateUp [T, 2F], act, gate first
     * @param h [T, F], act
     */
    void swiGlu(Tensor gateUp, Tensor h);

    /**
     * Gradient of {@link #swiGlu}.
     *
     * @param dh [T, F], act
     * @param gateUp [T, 2F], act
     * @param dGateUp [T, 2F], act; may be {@code gateUp}
     */
    void swiGluGrad(Tensor dh, Tensor gateUp, Tensor dGateUp);

    /**
     * {@code out[t] = table[ids[t]]}. Ids are in range: the host checked them.
     *
     * @param table [V, H], act
     * @param ids i32[T]
     * @param out [T, H], act
     */
    void embedding(Tensor table, Tensor ids, Tensor out);

    /**
     * {@code dTable[id] += sum of dx[t] over the positions t of id}, positions in ascending order.
     *
     * @param dx [T, H], act
     * @param dTable f32 [V, H]
     */
    void embeddingGrad(Tensor dx, SortedIds ids, Tensor dTable);

    // ---- Rotary embedding and attention ----------------------------------------------------------------------------

    /**
     * Rows of the rotary table for the step's positions, once per step and not once per layer.
     *
     * @param positions i32[T]
     * @param table f32 [maximum positions, D]: cosines of D/2 frequencies, then their sines; all rope scaling is in it
     * @param cos act [T, D]: cosines twice, for the two halves
     * @param sin act [T, D]: sines twice
     */
    void ropeTable(Tensor positions, Tensor table, Tensor cos, Tensor sin);

    /**
     * Splits the fused projection into q, k and v, normalises q and k per head where the model does, and rotates them by
     * halves: {@code x * cos + concat(-x2, x1) * sin}.
     *
     * @param qkv [T, (Nq + 2 Nkv) D], act: q, k, v
     * @param cos act [T, D]
     * @param sin act [T, D]
     * @param qGamma act [D], or null without norms
     * @param kGamma act [D], or null
     * @param q [T, Nq, D], act
     * @param k [T, Nkv, D], act
     * @param v [T, Nkv, D], act
     * @param qRstd f32 [T, Nq], or null without norms
     * @param kRstd f32 [T, Nkv], or null
     */
    void qkvRope(
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            float eps,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor qRstd,
            Tensor kRstd);

    /**
     * Gradient of {@link #qkvRope}.
     *
     * @param qkv input of the forward call, needed only with norms; else may be null
     * @param dqkv [T, (Nq + 2 Nkv) D], act; may be {@code qkv}
     * @param dqGamma f32 [D], accumulated, or null if frozen or without norms
     * @param dkGamma f32 [D], accumulated, or null
     */
    void qkvRopeGrad(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor qkv,
            Tensor cos,
            Tensor sin,
            Tensor qGamma,
            Tensor kGamma,
            Tensor qRstd,
            Tensor kRstd,
            Tensor dqkv,
            Tensor dqGamma,
            Tensor dkGamma);

    /**
     * Causal attention within each sequence, for training and for whole prompts: {@code softmax(q k^T * scale) v}. Query
     * heads share key-value heads in groups of Nq / Nkv. {@code lens.kvLen} equals the query lengths.
     *
     * @param q [T, Nq, D], act
     * @param k [T, Nkv, D], act
     * @param v [T, Nkv, D], act
     * @param window a token sees itself and {@code window - 1} before it; 0 = all before it
     * @param out [T, Nq, D], act
     * @param stats f32, {@link Device#attentionStatsElements} elements, opaque; null if no gradient will be asked for
     */
    void attention(Tensor q, Tensor k, Tensor v, SeqLens lens, float scale, int window, Tensor out, Tensor stats);

    /**
     * Gradient of {@link #attention}; overwrites dq, dk and dv.
     *
     * @param dOut [T, Nq, D], act
     * @param stats as the forward call left it
     */
    void attentionGrad(
            Tensor dOut,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor stats,
            SeqLens lens,
            float scale,
            int window,
            Tensor dq,
            Tensor dk,
            Tensor dv);

    /**
     * Writes keys and values into the paged cache: token t goes to slot {@code slots[t] = block * blockSize + offset}.
     * Slots are distinct and in range; padding has slots in a block of its own.
     *
     * @param k [T, Nkv, D], act
     * @param v [T, Nkv, D], act
     * @param slots i32[T]
     * @param kCache [blocks, blockSize, Nkv, D], act
     * @param vCache [blocks, blockSize, Nkv, D], act
     */
    void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache);

    /**
     * Causal attention over the paged cache, for decoding and for prompts in chunks. The step's own keys and values are
     * already in the cache. The queries of sequence b are the last of its {@code kvLen[b]} tokens.
     *
     * @param q [T, Nq, D], act
     * @param kCache [blocks, blockSize, Nkv, D], act
     * @param vCache [blocks, blockSize, Nkv, D], act
     * @param blockTable i32[B, maximum blocks]: block of each stretch of blockSize tokens; entries and slots
     *     beyond {@code kvLen[b]} are not looked at, whatever they hold
     * @param window see {@link #attention}
     * @param out [T, Nq, D], act
     */
    void pagedAttention(
            Tensor q,
            Tensor kCache,
            Tensor vCache,
            Tensor blockTable,
            SeqLens lens,
            float scale,
            int window,
            Tensor out);

    /**
     * Copies whole blocks of a cache, for copy-on-write.
     *
     * @param cache [blocks, blockSize, Nkv, D]
     * @param source i32[n]
     * @param target i32[n], distinct and disjoint from source
     */
    void copyBlocks(Tensor cache, Tensor source, Tensor target);

    // ---- Loss and optimiser ----------------------------------------------------------------------------------------

    /**
     * Softmax statistics of rows of logits, in one piece or over chunks of the vocabulary: row maximum, sum of
     * exponentials relative to it, and the target's logit.
     *
     * @param logits <em>view</em> [T, Vc], f32 or act: columns {@code vocabStart} to {@code vocabStart + Vc}
     * @param targets i32[T]; a negative target (-100) is ignored
     * @param merge false for the first chunk, true to merge with what {@code stats} holds
     * @param stats f32[3, T]: maximum, sum, target logit
     */
    void crossEntropyStats(Tensor logits, Tensor targets, int vocabStart, boolean merge, Tensor stats);

    /**
     * Loss from complete statistics: {@code nll = log(sum) + maximum - targetLogit}, 0 for ignored targets; {@code lossSum
     * += sum of weight * nll}, added up in f64 or a fixed tree.
     *
     * @param weights f32[T]
     * @param nll f32[T]
     * @param lossSum f32[1], accumulated
     */
    void crossEntropyLoss(Tensor stats, Tensor targets, Tensor weights, Tensor nll, Tensor lossSum);

    /**
     * {@code dLogits = weight * (softmax - onehot(target))}; 0 in rows with ignored targets.
     *
     * @param logits <em>view</em> [T, Vc], f32 or act
     * @param dLogits <em>view</em> [T, Vc], f32 or act; may be {@code logits} if of its type
     */
    void crossEntropyGrad(Tensor logits, Tensor stats, Tensor targets, Tensor weights, int vocabStart, Tensor dLogits);

    /** {@code out += sum of x^2}; x f32, out f32[1]. */
    void squaredNorm(Tensor x, Tensor out);

    /**
     * {@code coefficient = min(1, maxNorm / (sqrt(squaredNorm) + 1e-6))}, as torch's clip_grad_norm_.
     *
     * @param squaredNorm f32[1]
     * @param maxNorm positive; infinity for none
     * @param coefficient f32[1]
     */
    void clipCoefficient(Tensor squaredNorm, float maxNorm, Tensor coefficient);

    /**
     * AdamW (Loshchilov and Hutter 2019) on a flat arena: {@code p *= 1 - lr * weightDecay}, then the Adam step with bias
     * correction. {@code gradient} is undefined afterwards.
     *
     * @param parameter f32[n]
     * @param m f32[n], first moment
     * @param v f32[n], second moment
     * @param gradient f32[n]
     * @param gradientScale f32[1] on the device: the gradient is multiplied by it first
     * @param step from 1
     * @param activations act[n]: receives a copy of the new parameters; or null
     */
    void adamW(
            Tensor parameter,
            Tensor m,
            Tensor v,
            Tensor gradient,
            Tensor gradientScale,
            int step,
            float learningRate,
            float beta1,
            float beta2,
            float eps,
            float weightDecay,
            Tensor activations);

    // ---- Sampling and adapters -------------------------------------------------------------------------------------

    /**
     * Index of the largest element of each row, the first one if several are equal.
     *
     * @param logits [B, V], f32 or act
     * @param out i32[B]
     */
    void argmax(Tensor logits, Tensor out);

    /**
     * The k largest elements of each row in descending order, the lower index first among equals.
     *
     * @param logits [B, V], f32 or act
     * @param values f32[B, k]
     * @param indices i32[B, k]
     */
    void topK(Tensor logits, Tensor values, Tensor indices);

    /**
     * Draws one token per row: logits are divided by the temperature, restricted to the top k, then to the smallest set
     * with probability topP (of what the top k left), then to tokens at least minP times as likely as the likeliest; the token is found by inverse
     * transform of {@code uniform} over the remaining ones in descending order of probability (lower index first).
     *
     * @param logits f32[B, V]; undefined afterwards
     * @param temperature f32[B]; 0 = the likeliest token
     * @param topK i32[B]; 0 = all
     * @param topP f32[B] in (0, 1]
     * @param minP f32[B] in [0, 1)
     * @param uniform f32[B] in [0, 1), drawn by the host per request and position
     * @param token i32[B]
     * @param logprob f32[B]: log probability of the token at temperature 1 without restriction
     */
    void sample(
            Tensor logits,
            Tensor temperature,
            Tensor topK,
            Tensor topP,
            Tensor minP,
            Tensor uniform,
            Tensor token,
            Tensor logprob);

    /**
     * Adds low-rank adapters to the rows that use them (Hu et al. 2021): {@code y += (x A^T) B^T} with the segment's A and
     * B. {@code x A^T} is rounded to act, as a product of its own would be.
     *
     * @param x [T, in], act
     * @param a [E, r, in], act
     * @param b [E, out, r], act, the adapter's scale folded in
     * @param scratch act [T, r]
     * @param y <em>view</em> [T, out], act
     */
    void lora(Tensor x, Tensor a, Tensor b, LoraSegments segments, Tensor scratch, Tensor y);
}
