package io.hearth.device.ascend.aclnn.bindings;

/** Products of groups of rows with a matrix each. */
public final class GroupedBindings {
    private GroupedBindings() {}

    @Signature("cTL x, cTL weight, cTL biasOptional, cTL scaleOptional, cTL offsetOptional, "
            + "cTL antiquantScaleOptional, cTL antiquantOffsetOptional, cTL perTokenScaleOptional, "
            + "cT groupListOptional, cTL activationInputOptional, cTL activationQuantScaleOptional, "
            + "cTL activationQuantOffsetOptional, i64 splitItem, i64 groupType, i64 groupListType, "
            + "i64 actType, TL out, TL activationFeatureOutOptional, TL dynQuantScaleOutOptional")
    public static final class GroupedMatmulV4 {
        private GroupedMatmulV4() {}

        public static native int aclnnGroupedMatmulV4GetWorkspaceSize(
                long x,
                long weight,
                long biasOptional,
                long scaleOptional,
                long offsetOptional,
                long antiquantScaleOptional,
                long antiquantOffsetOptional,
                long perTokenScaleOptional,
                long groupListOptional,
                long activationInputOptional,
                long activationQuantScaleOptional,
                long activationQuantOffsetOptional,
                long splitItem,
                long groupType,
                long groupListType,
                long actType,
                long out,
                long activationFeatureOutOptional,
                long dynQuantScaleOutOptional,
                long workspaceSize,
                long executor);

        public static native int aclnnGroupedMatmulV4(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cTL x, cTL weight, cTL biasOptional, cTL scaleOptional, cTL offsetOptional, "
            + "cTL antiquantScaleOptional, cTL antiquantOffsetOptional, cTL perTokenScaleOptional, "
            + "cT groupListOptional, cTL activationInputOptional, cTL activationQuantScaleOptional, "
            + "cTL activationQuantOffsetOptional, i64 splitItem, i64 groupType, i64 groupListType, "
            + "i64 actType, IA tuningConfigOptional, TL out, TL activationFeatureOutOptional, "
            + "TL dynQuantScaleOutOptional")
    public static final class GroupedMatmulV5 {
        private GroupedMatmulV5() {}

        public static native int aclnnGroupedMatmulV5GetWorkspaceSize(
                long x,
                long weight,
                long biasOptional,
                long scaleOptional,
                long offsetOptional,
                long antiquantScaleOptional,
                long antiquantOffsetOptional,
                long perTokenScaleOptional,
                long groupListOptional,
                long activationInputOptional,
                long activationQuantScaleOptional,
                long activationQuantOffsetOptional,
                long splitItem,
                long groupType,
                long groupListType,
                long actType,
                long tuningConfigOptional,
                long out,
                long activationFeatureOutOptional,
                long dynQuantScaleOutOptional,
                long workspaceSize,
                long executor);

        public static native int aclnnGroupedMatmulV5(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT x, cT weight, cT groupList, T yRef, bool transposeX, bool transposeWeight, " + "i64 groupType")
    public static final class GroupedMatmulAdd {
        private GroupedMatmulAdd() {}

        public static native int aclnnGroupedMatmulAddGetWorkspaceSize(
                long x,
                long weight,
                long groupList,
                long yRef,
                byte transposeX,
                byte transposeWeight,
                long groupType,
                long workspaceSize,
                long executor);

        public static native int aclnnGroupedMatmulAdd(long workspace, long workspaceSize, long executor, long stream);
    }
}
