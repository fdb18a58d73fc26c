package io.hearth.device.ascend.kernels;

import static io.hearth.device.ascend.aclnn.AclnnOperators.DROPOUT_DO_MASK;
import static io.hearth.device.ascend.aclnn.AclnnOperators.DROPOUT_GEN_MASK;
import static io.hearth.device.ascend.aclnn.AclnnOperators.INPLACE_UNIFORM;

import io.hearth.device.Tensor;
import io.hearth.device.ascend.aclnn.AclType;
import io.hearth.device.ascend.aclnn.Call;
import io.hearth.device.ascend.aclnn.Operators;
import io.hearth.device.ascend.aclnn.Scratch;

/**
 * Which elements dropout keeps, by position alone. CANN's generators promise nothing about single positions, only that the
 * same seed gives the same numbers; so positions are counted off in blocks, each block is always drawn whole with a seed of
 * its own, and a call takes from the blocks the stretch that it asks for.
 */
final class DropoutMask {
    /** Positions of a block. CANN packs the bits of its masks by 128. */
    private static final int BLOCK = 1 << 18;

    /** Step of the SplitMix64 generator. */
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final Operators operators;
    private final Scratch scratch;
    private final Steps steps;

    DropoutMask(Operators operators, Scratch scratch) {
        this.operators = operators;
        this.scratch = scratch;
        steps = new Steps(operators);
    }

    /**
     * Fills a mask.
     *
     * @param probability of a 0, in [0, 1)
     * @param offset position of the first element
     * @param mask i8, receives 1 where an element is kept and else 0
     */
    void draw(float probability, long seed, long offset, Tensor mask) {
        if (probability == 0) {
            operators.memset(mask.address(), 1, mask.bytes());
            return;
        }
        boolean bits = operators.has(DROPOUT_GEN_MASK) && operators.has(DROPOUT_DO_MASK);
        long bytesPerBlock = bits ? BLOCK / 8 + 2L * BLOCK * AclType.FLOAT16.bytes() : (long) BLOCK * Float.BYTES;
        long end = offset + mask.elements();
        long position = offset;
        while (position < end) {
            scratch.reset();
            long block = Math.floorDiv(position, BLOCK);
            long wanted = Math.floorDiv(end - 1, BLOCK) - block + 1;
            int blocks = Steps.rowsAtOnce(scratch, bytesPerBlock, wanted);
            long stop = Math.min(end, (block + blocks) * BLOCK);
            Tensor part = mask.slice(position - offset, stop - position);
            long first = position - block * BLOCK;
            if (bits) {
                Piece kept = keptByBits(probability, seed, block, blocks);
                // A kept element is 1 / (1 - probability) here, and so not below 1.
                steps.atLeast(kept.slice(first, part.elements()), 0.5, Operand.as(AclType.BOOL, part));
            } else {
                Piece drawn = uniform(seed, block, blocks);
                steps.atLeast(drawn.slice(first, part.elements()), probability, Operand.as(AclType.BOOL, part));
            }
            position = stop;
        }
    }

    private static long seedOf(long seed, long block) {
        long z = mix(seed) + (block + 1) * GOLDEN_GAMMA;
        return mix(z) >>> 1;
    }

    /** SplitMix64's output function. */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Ones after dropout: bits have an order that only CANN knows. */
    private Piece keptByBits(float probability, long seed, long block, int blocks) {
        long count = (long) blocks * BLOCK;
        Piece bits = Piece.take(scratch, AclType.UINT8, count / 8);
        Piece ones = Piece.take(scratch, AclType.FLOAT16, count);
        Piece kept = Piece.take(scratch, AclType.FLOAT16, count);
        for (int i = 0; i < blocks; i++) {
            operators
                    .call(DROPOUT_GEN_MASK)
                    .array(BLOCK)
                    .f64(probability)
                    .i64(seedOf(seed, block + i))
                    .i64(0)
                    .tensor(bits.address() + (long) i * BLOCK / 8, AclType.UINT8, BLOCK / 8)
                    .run();
        }
        steps.fill(ones, 1, AclType.FLOAT);
        Call call = operators.call(DROPOUT_DO_MASK);
        ones.to(call);
        bits.to(call);
        call.f64(probability);
        kept.to(call);
        call.run();
        return kept;
    }

    /** Uniform numbers in [0, 1). */
    private Piece uniform(long seed, long block, int blocks) {
        Piece drawn = Piece.take(scratch, AclType.FLOAT, (long) blocks * BLOCK);
        for (int i = 0; i < blocks; i++) {
            operators
                    .call(INPLACE_UNIFORM)
                    .tensor(drawn.address() + (long) i * BLOCK * Float.BYTES, AclType.FLOAT, BLOCK)
                    .f64(0)
                    .f64(1)
                    .u64(seedOf(seed, block + i))
                    .u64(0)
                    .run();
        }
        return drawn;
    }
}
