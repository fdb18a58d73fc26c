package io.hearth.device.ascend.kernels;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.AclnnOperators;
import io.hearth.device.ascend.aclnn.Operators;

/** Where the keys and values of one sequence lie. */
sealed interface KeySource {
    /**
     * Copies a stretch as f32 [heads, to - from, D].
     *
     * @param tensor keys or values
     * @param head first head
     * @param from first token of the sequence
     * @param target address
     */
    void copy(Operators operators, Tensor tensor, int head, int heads, int from, int to, long target);

    /**
     * Rows of packed keys [T, Nkv, D].
     *
     * @param row of the sequence's first token
     */
    record Packed(long row) implements KeySource {
        @Override
        public void copy(Operators operators, Tensor tensor, int head, int heads, int from, int to, long target) {
            operators
                    .call(AclnnOperators.INPLACE_COPY)
                    .tensor(target, AclType.FLOAT, heads, to - from, tensor.dim(2))
                    .strided(
                            tensor,
                            new long[] {heads, to - from, tensor.dim(2)},
                            strides(tensor),
                            offset(tensor, head, from))
                    .run();
        }

        /** Copies f32 [heads, to - from, D] to where such a stretch lies. */
        void store(Operators operators, long source, Tensor tensor, int head, int heads, int from, int to) {
            operators
                    .call(AclnnOperators.INPLACE_COPY)
                    .strided(
                            tensor,
                            new long[] {heads, to - from, tensor.dim(2)},
                            strides(tensor),
                            offset(tensor, head, from))
                    .tensor(source, AclType.FLOAT, heads, to - from, tensor.dim(2))
                    .run();
        }

        private static long[] strides(Tensor tensor) {
            return new long[] {tensor.dim(2), tensor.dim(1) * tensor.dim(2), 1};
        }

        private long offset(Tensor tensor, int head, int from) {
            return ((row + from) * tensor.dim(1) + head) * tensor.dim(2);
        }
    }

    /**
     * Blocks of a cache [blocks, blockSize, Nkv, D]: gathered as a whole first, since blocks of a sequence lie anywhere.
     *
     * @param blockTable i32 [B, maximum blocks]
     * @param sequence row of the table
     * @param area for the gathered blocks of a stretch
     */
    record Paged(Tensor blockTable, int sequence, long area) implements KeySource {
        @Override
        public void copy(Operators operators, Tensor tensor, int head, int heads, int from, int to, long target) {
            AclType type = AclType.of(tensor.type());
            long blockSize = tensor.dim(1);
            long width = tensor.dim(2) * tensor.dim(3);
            long first = from / blockSize;
            long blocks = Math.ceilDiv(to, blockSize) - first;
            operators
                    .call(AclnnOperators.INDEX_SELECT)
                    .tensor(tensor, tensor.dim(0), blockSize * width)
                    .i64(0)
                    .strided(blockTable, new long[] {blocks}, new long[] {1}, sequence * blockTable.dim(1) + first)
                    .tensor(area, type, blocks, blockSize * width)
                    .run();
            operators
                    .call(AclnnOperators.INPLACE_COPY)
                    .tensor(target, AclType.FLOAT, heads, to - from, tensor.dim(3))
                    .strided(
                            area,
                            type,
                            new long[] {heads, to - from, tensor.dim(3)},
                            new long[] {tensor.dim(3), width, 1},
                            (from - first * blockSize) * width + head * tensor.dim(3),
                            blocks * blockSize * width)
                    .run();
        }
    }
}
