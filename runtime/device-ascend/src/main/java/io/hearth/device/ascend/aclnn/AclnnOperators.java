package io.hearth.device.ascend.aclnn;

import io.hearth.device.ascend.aclnn.bindings.ElementBindings;
import io.hearth.device.ascend.aclnn.bindings.GroupedBindings;
import io.hearth.device.ascend.aclnn.bindings.IndexBindings;
import io.hearth.device.ascend.aclnn.bindings.InferenceAttentionBindings;
import io.hearth.device.ascend.aclnn.bindings.LayerBindings;
import io.hearth.device.ascend.aclnn.bindings.MatmulBindings;
import io.hearth.device.ascend.aclnn.bindings.OptimiserBindings;
import io.hearth.device.ascend.aclnn.bindings.ReductionBindings;
import io.hearth.device.ascend.aclnn.bindings.SamplingBindings;
import io.hearth.device.ascend.aclnn.bindings.SelectionBindings;
import io.hearth.device.ascend.aclnn.bindings.TrainingAttentionBindings;

/** Every operator that kernels of this device use, first choices and what replaces them. */
public final class AclnnOperators {
    private AclnnOperators() {}

    // Products of matrices
    public static final Operator MM = Operator.of(MatmulBindings.Mm.class);
    public static final Operator BATCH_MAT_MUL = Operator.of(MatmulBindings.BatchMatMul.class);
    public static final Operator ADDMM = Operator.of(MatmulBindings.Addmm.class);
    public static final Operator INPLACE_ADDMM = Operator.of(MatmulBindings.InplaceAddmm.class);

    // Products of groups of rows with a matrix each
    public static final Operator GROUPED_MATMUL_V4 = Operator.of(GroupedBindings.GroupedMatmulV4.class);
    public static final Operator GROUPED_MATMUL_V5 = Operator.of(GroupedBindings.GroupedMatmulV5.class);
    public static final Operator GROUPED_MATMUL_ADD = Operator.of(GroupedBindings.GroupedMatmulAdd.class);

    // Operators on single elements
    public static final Operator CAST = Operator.of(ElementBindings.Cast.class);
    public static final Operator INPLACE_COPY = Operator.of(ElementBindings.InplaceCopy.class);
    public static final Operator INPLACE_ZERO = Operator.of(ElementBindings.InplaceZero.class);
    public static final Operator INPLACE_FILL_SCALAR = Operator.of(ElementBindings.InplaceFillScalar.class);
    public static final Operator ADD = Operator.of(ElementBindings.Add.class);
    public static final Operator ADDS = Operator.of(ElementBindings.Adds.class);
    public static final Operator INPLACE_ADD = Operator.of(ElementBindings.InplaceAdd.class);
    public static final Operator INPLACE_ADDS = Operator.of(ElementBindings.InplaceAdds.class);
    public static final Operator SUB = Operator.of(ElementBindings.Sub.class);
    public static final Operator MUL = Operator.of(ElementBindings.Mul.class);
    public static final Operator INPLACE_MUL = Operator.of(ElementBindings.InplaceMul.class);
    public static final Operator INPLACE_MULS = Operator.of(ElementBindings.InplaceMuls.class);
    public static final Operator DIV = Operator.of(ElementBindings.Div.class);
    public static final Operator NEG = Operator.of(ElementBindings.Neg.class);
    public static final Operator EXP = Operator.of(ElementBindings.Exp.class);
    public static final Operator LOG = Operator.of(ElementBindings.Log.class);
    public static final Operator SQRT = Operator.of(ElementBindings.Sqrt.class);
    public static final Operator RECIPROCAL = Operator.of(ElementBindings.Reciprocal.class);
    public static final Operator SIGMOID = Operator.of(ElementBindings.Sigmoid.class);
    public static final Operator CLAMP = Operator.of(ElementBindings.Clamp.class);
    public static final Operator CLAMP_MAX = Operator.of(ElementBindings.ClampMax.class);

    // Comparisons, choices, ranges and running sums
    public static final Operator S_WHERE = Operator.of(SelectionBindings.SWhere.class);
    public static final Operator INPLACE_MASKED_FILL_SCALAR =
            Operator.of(SelectionBindings.InplaceMaskedFillScalar.class);
    public static final Operator GE_SCALAR = Operator.of(SelectionBindings.GeScalar.class);
    public static final Operator EQ_SCALAR = Operator.of(SelectionBindings.EqScalar.class);
    public static final Operator ARANGE = Operator.of(SelectionBindings.Arange.class);
    public static final Operator CUMSUM = Operator.of(SelectionBindings.Cumsum.class);

    // Norms, activations and rotary embedding
    public static final Operator RMS_NORM = Operator.of(LayerBindings.RmsNorm.class);
    public static final Operator RMS_NORM_GRAD = Operator.of(LayerBindings.RmsNormGrad.class);
    public static final Operator SWI_GLU = Operator.of(LayerBindings.SwiGlu.class);
    public static final Operator SWI_GLU_GRAD = Operator.of(LayerBindings.SwiGluGrad.class);
    public static final Operator ROTARY_POSITION_EMBEDDING = Operator.of(LayerBindings.RotaryPositionEmbedding.class);
    public static final Operator ROTARY_POSITION_EMBEDDING_GRAD =
            Operator.of(LayerBindings.RotaryPositionEmbeddingGrad.class);

    // Attention that keeps what its gradient needs
    public static final Operator FLASH_ATTENTION_VAR_LEN_SCORE =
            Operator.of(TrainingAttentionBindings.FlashAttentionVarLenScore.class);
    public static final Operator FLASH_ATTENTION_UNPADDING_SCORE_GRAD =
            Operator.of(TrainingAttentionBindings.FlashAttentionUnpaddingScoreGrad.class);

    // Attention over a cache, and writing into it
    public static final Operator FUSED_INFER_ATTENTION_SCORE_V2 =
            Operator.of(InferenceAttentionBindings.FusedInferAttentionScoreV2.class);
    public static final Operator FUSED_INFER_ATTENTION_SCORE_V3 =
            Operator.of(InferenceAttentionBindings.FusedInferAttentionScoreV3.class);
    public static final Operator FUSED_INFER_ATTENTION_SCORE_V4 =
            Operator.of(InferenceAttentionBindings.FusedInferAttentionScoreV4.class);
    public static final Operator SCATTER_PA_KV_CACHE = Operator.of(InferenceAttentionBindings.ScatterPaKvCache.class);

    // Rows and elements by index
    public static final Operator INPLACE_INDEX_COPY = Operator.of(IndexBindings.InplaceIndexCopy.class);
    public static final Operator SCATTER_ND_UPDATE = Operator.of(IndexBindings.ScatterNdUpdate.class);
    public static final Operator EMBEDDING = Operator.of(IndexBindings.Embedding.class);
    public static final Operator INDEX_SELECT = Operator.of(IndexBindings.IndexSelect.class);
    public static final Operator GATHER = Operator.of(IndexBindings.Gather.class);
    public static final Operator INDEX_PUT_IMPL = Operator.of(IndexBindings.IndexPutImpl.class);
    public static final Operator INDEX_ADD = Operator.of(IndexBindings.IndexAdd.class);
    public static final Operator INPLACE_SCATTER = Operator.of(IndexBindings.InplaceScatter.class);

    // Softmax, losses and sums
    public static final Operator SOFTMAX = Operator.of(ReductionBindings.Softmax.class);
    public static final Operator SOFTMAX_BACKWARD = Operator.of(ReductionBindings.SoftmaxBackward.class);
    public static final Operator LOG_SUM_EXP = Operator.of(ReductionBindings.LogSumExp.class);
    public static final Operator REDUCE_SUM = Operator.of(ReductionBindings.ReduceSum.class);
    public static final Operator MAX_V2 = Operator.of(ReductionBindings.MaxV2.class);

    // Order, choice and random numbers
    public static final Operator ARG_MAX = Operator.of(SamplingBindings.ArgMax.class);
    public static final Operator SORT = Operator.of(SamplingBindings.Sort.class);
    public static final Operator INPLACE_UNIFORM = Operator.of(SamplingBindings.InplaceUniform.class);
    public static final Operator DROPOUT_GEN_MASK = Operator.of(SamplingBindings.DropoutGenMask.class);
    public static final Operator DROPOUT_DO_MASK = Operator.of(SamplingBindings.DropoutDoMask.class);

    // The optimiser and the norm of gradients
    public static final Operator APPLY_ADAM_WV2 = Operator.of(OptimiserBindings.ApplyAdamWV2.class);
    public static final Operator LINALG_VECTOR_NORM = Operator.of(OptimiserBindings.LinalgVectorNorm.class);
}
