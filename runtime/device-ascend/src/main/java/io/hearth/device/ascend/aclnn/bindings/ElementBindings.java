package io.hearth.device.ascend.aclnn.bindings;

/** Operators on single elements. */
public final class ElementBindings {
    private ElementBindings() {}

    @Signature("cT self, dt dtype, T out")
    public static final class Cast {
        private Cast() {}

        public static native int aclnnCastGetWorkspaceSize(
                long self, int dtype, long out, long workspaceSize, long executor);

        public static native int aclnnCast(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T selfRef, cT src")
    public static final class InplaceCopy {
        private InplaceCopy() {}

        public static native int aclnnInplaceCopyGetWorkspaceSize(
                long selfRef, long src, long workspaceSize, long executor);

        public static native int aclnnInplaceCopy(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T selfRef")
    public static final class InplaceZero {
        private InplaceZero() {}

        public static native int aclnnInplaceZeroGetWorkspaceSize(long selfRef, long workspaceSize, long executor);

        public static native int aclnnInplaceZero(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T selfRef, cS value")
    public static final class InplaceFillScalar {
        private InplaceFillScalar() {}

        public static native int aclnnInplaceFillScalarGetWorkspaceSize(
                long selfRef, long value, long workspaceSize, long executor);

        public static native int aclnnInplaceFillScalar(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT other, cS alpha, T out")
    public static final class Add {
        private Add() {}

        public static native int aclnnAddGetWorkspaceSize(
                long self, long other, long alpha, long out, long workspaceSize, long executor);

        public static native int aclnnAdd(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cS other, cS alpha, T out")
    public static final class Adds {
        private Adds() {}

        public static native int aclnnAddsGetWorkspaceSize(
                long self, long other, long alpha, long out, long workspaceSize, long executor);

        public static native int aclnnAdds(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT selfRef, cT other, cS alpha")
    public static final class InplaceAdd {
        private InplaceAdd() {}

        public static native int aclnnInplaceAddGetWorkspaceSize(
                long selfRef, long other, long alpha, long workspaceSize, long executor);

        public static native int aclnnInplaceAdd(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT selfRef, cS other, cS alpha")
    public static final class InplaceAdds {
        private InplaceAdds() {}

        public static native int aclnnInplaceAddsGetWorkspaceSize(
                long selfRef, long other, long alpha, long workspaceSize, long executor);

        public static native int aclnnInplaceAdds(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT other, cS alpha, T out")
    public static final class Sub {
        private Sub() {}

        public static native int aclnnSubGetWorkspaceSize(
                long self, long other, long alpha, long out, long workspaceSize, long executor);

        public static native int aclnnSub(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT other, T out")
    public static final class Mul {
        private Mul() {}

        public static native int aclnnMulGetWorkspaceSize(
                long self, long other, long out, long workspaceSize, long executor);

        public static native int aclnnMul(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T selfRef, cT other")
    public static final class InplaceMul {
        private InplaceMul() {}

        public static native int aclnnInplaceMulGetWorkspaceSize(
                long selfRef, long other, long workspaceSize, long executor);

        public static native int aclnnInplaceMul(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("T selfRef, cS other")
    public static final class InplaceMuls {
        private InplaceMuls() {}

        public static native int aclnnInplaceMulsGetWorkspaceSize(
                long selfRef, long other, long workspaceSize, long executor);

        public static native int aclnnInplaceMuls(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cT other, T out")
    public static final class Div {
        private Div() {}

        public static native int aclnnDivGetWorkspaceSize(
                long self, long other, long out, long workspaceSize, long executor);

        public static native int aclnnDiv(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, T out")
    public static final class Neg {
        private Neg() {}

        public static native int aclnnNegGetWorkspaceSize(long self, long out, long workspaceSize, long executor);

        public static native int aclnnNeg(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, T out")
    public static final class Exp {
        private Exp() {}

        public static native int aclnnExpGetWorkspaceSize(long self, long out, long workspaceSize, long executor);

        public static native int aclnnExp(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, T out")
    public static final class Log {
        private Log() {}

        public static native int aclnnLogGetWorkspaceSize(long self, long out, long workspaceSize, long executor);

        public static native int aclnnLog(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, T out")
    public static final class Sqrt {
        private Sqrt() {}

        public static native int aclnnSqrtGetWorkspaceSize(long self, long out, long workspaceSize, long executor);

        public static native int aclnnSqrt(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, T out")
    public static final class Reciprocal {
        private Reciprocal() {}

        public static native int aclnnReciprocalGetWorkspaceSize(
                long self, long out, long workspaceSize, long executor);

        public static native int aclnnReciprocal(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, T out")
    public static final class Sigmoid {
        private Sigmoid() {}

        public static native int aclnnSigmoidGetWorkspaceSize(long self, long out, long workspaceSize, long executor);

        public static native int aclnnSigmoid(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cS clipValueMin, cS clipValueMax, T out")
    public static final class Clamp {
        private Clamp() {}

        public static native int aclnnClampGetWorkspaceSize(
                long self, long clipValueMin, long clipValueMax, long out, long workspaceSize, long executor);

        public static native int aclnnClamp(long workspace, long workspaceSize, long executor, long stream);
    }

    @Signature("cT self, cS clipValueMax, T out")
    public static final class ClampMax {
        private ClampMax() {}

        public static native int aclnnClampMaxGetWorkspaceSize(
                long self, long clipValueMax, long out, long workspaceSize, long executor);

        public static native int aclnnClampMax(long workspace, long workspaceSize, long executor, long stream);
    }
}
