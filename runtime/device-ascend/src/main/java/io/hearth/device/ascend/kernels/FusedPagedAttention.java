package io.hearth.device.ascend.kernels;

import io.hearth.device.DType;
import io.hearth.device.SeqLens;
import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operator;
import io.hearth.device.ascend.aclnn.Operators;
import java.util.Arrays;
import java.util.List;

/**
 * Attention over the paged cache by FusedInferAttentionScore, whose caches are [blocks, blockSize, Nkv D]. There are two
 * ways to ask for it: rows of any number of queries ("TND"), which takes blocks of 128 tokens alone and is missing from
 * older versions; and one query for each sequence ("BSND"), which takes smaller blocks but no window.
 */
final class FusedPagedAttention {
    /** The way in which queries are laid out. */
    enum Layout {
        TND,
        BSND
    }

    /** The one size of blocks that packed queries of grouped heads take. */
    private static final int PACKED_BLOCK = 128;

    private static final int MOST_BLOCK = 512;
    private static final int BLOCK_UNIT = 16;
    private static final int MOST_HEAD_SIZE = 256;
    private static final int MOST_GROUP = 64;
    private static final int MOST_WIDTH = 65535;
    private static final int UNLIMITED = Integer.MAX_VALUE;

    /** Most sequences of one call. */
    static final int MOST_SEQUENCES = 4096;

    /** Newest first; each takes what the one before takes, in fewer arguments. */
    private static final List<Operator> VERSIONS = List.of(
            AclnnOperators.FUSED_INFER_ATTENTION_SCORE_V4,
            AclnnOperators.FUSED_INFER_ATTENTION_SCORE_V3,
            AclnnOperators.FUSED_INFER_ATTENTION_SCORE_V2);

    private final Operators operators;
    private Operator version;
    private boolean probed;

    FusedPagedAttention(Operators operators) {
        this.operators = operators;
    }

    /** The newest version that there is, or null. */
    Operator version() {
        if (!probed) {
            version = VERSIONS.stream().filter(operators::has).findFirst().orElse(null);
            probed = true;
        }
        return version;
    }

    /** Whether documents allow a layout for these tensors. */
    boolean takes(Layout layout, PagedStep step) {
        boolean grouped = step.heads() > step.keyHeads();
        boolean general = version() != null
                && step.q().type() != DType.F32
                && step.size() % FusedAttention.HEAD_SIZE_UNIT == 0
                && step.size() <= MOST_HEAD_SIZE
                && step.heads() / step.keyHeads() <= MOST_GROUP
                && step.keyHeads() * step.size() <= MOST_WIDTH;
        return general
                && switch (layout) {
                    // Packed queries of f16 without grouped heads are said to have no paged mode.
                    case TND -> step.blockSize() == PACKED_BLOCK && (step.q().type() != DType.F16 || grouped);
                    case BSND ->
                        step.blockSize() % BLOCK_UNIT == 0 && step.blockSize() <= MOST_BLOCK && step.window() == 0;
                };
    }

    /**
     * Queues attention of the sequences from {@code begin} to {@code end}: at most {@link #MOST_SEQUENCES}, all with
     * queries, and with one each for BSND.
     */
    void attend(Layout layout, PagedStep step, int begin, int end) {
        SeqLens lens = step.lens();
        boolean packed = layout == Layout.TND;
        Visibility visible = packed
                ? Visibility.of(step.window(), longest(lens, begin, end))
                : new Visibility(0, UNLIMITED, UNLIMITED);
        long mask = operators.causalMask();
        Call call = operators.call(version());
        rows(call, packed, step.q(), lens, begin, end);
        cache(cache(call, step.kCache()), step.vCache()).none();
        if (packed) {
            call.tensor(mask, AclType.UINT8, Operators.MASK_SIZE, Operators.MASK_SIZE)
                    .array(queryEnds(lens, begin, end));
        } else {
            call.none().none();
        }
        // Lengths of keys are those of each sequence where the cache is paged, and not ends.
        call.array(lens.kvLen(), begin, end - begin);
        none(call, 7).tensor(step.blockTable().rows(begin, end));
        // Paddings; scales and offsets of keys and values; a shared prefix; then what newer versions have.
        none(call, 2 + 4 + 3);
        none(call, version() == AclnnOperators.FUSED_INFER_ATTENTION_SCORE_V2 ? 0 : 3);
        none(call, version() == AclnnOperators.FUSED_INFER_ATTENTION_SCORE_V4 ? 2 : 0);
        call.i64(step.heads())
                .f64(step.scale())
                .i64(visible.before())
                .i64(visible.after())
                .text(layout.name())
                .i64(step.keyHeads())
                .i64(visible.mode())
                .i64(0)
                .i64(step.blockSize())
                .i64(0)
                .bool(false)
                .i64(0)
                .i64(0);
        if (version() == AclnnOperators.FUSED_INFER_ATTENTION_SCORE_V4) {
            call.i64(0);
        }
        rows(call, packed, step.out(), lens, begin, end).none().run();
    }

    /** Rows of these sequences as [T, Nq, D], or as [B, 1, Nq, D]. */
    private static Call rows(Call call, boolean packed, Tensor tensor, SeqLens lens, int begin, int end) {
        Tensor rows = tensor.rows(lens.cuQ()[begin], lens.cuQ()[end]);
        return packed ? call.tensor(rows) : call.tensor(rows, rows.dim(0), 1, rows.dim(1), rows.dim(2));
    }

    private static Call cache(Call call, Tensor cache) {
        return call.listOf(list -> list.tensor(cache, cache.dim(0), cache.dim(1), cache.dim(2) * cache.dim(3)));
    }

    private static Call none(Call call, int count) {
        for (int i = 0; i < count; i++) {
            call.none();
        }
        return call;
    }

    private static int longest(SeqLens lens, int begin, int end) {
        return Arrays.stream(lens.kvLen(), begin, end).max().orElse(0);
    }

    /** Ends of queries, counted from the first one of the call, without a leading 0. */
    private static long[] queryEnds(SeqLens lens, int begin, int end) {
        long[] ends = new long[end - begin];
        for (int b = begin; b < end; b++) {
            ends[b - begin] = lens.cuQ()[b + 1] - lens.cuQ()[begin];
        }
        return ends;
    }
}
