package io.hearth.device;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * How the tokens of a step divide into sequences, on the host and on the device. Made once per step.
 *
 * <p>Query tokens of all sequences stand one after the other. Sequence {@code b} has the rows {@code cuQ[b]} to {@code
 * cuQ[b+1]} and attends to {@code kvLen[b]} tokens, of which its own query tokens are the last (bottom-right alignment).
 *
 * @param cuQ cumulative query lengths with a leading 0, [B+1]
 * @param kvLen tokens that each sequence attends to, [B]; equal to the query lengths in training
 * @param cuQDevice {@code cuQ} as i32[B+1]
 * @param kvLenDevice {@code kvLen} as i32[B]
 * @param maxQ longest query
 * @param maxKv longest context
 */
public record SeqLens(int[] cuQ, int[] kvLen, Tensor cuQDevice, Tensor kvLenDevice, int maxQ, int maxKv) {
    /** Number of sequences. */
    public int sequences() {
        return kvLen.length;
    }

    /** Number of query tokens. */
    public int tokens() {
        return cuQ[cuQ.length - 1];
    }

    /**
     * Puts the lengths onto a device.
     *
     * @param cuQDevice i32 with room for B+1
     * @param kvLenDevice i32 with room for B
     * @throws IllegalArgumentException if lengths are not ascending, or a context is shorter than its query
     */
    public static SeqLens upload(Device device, int[] cuQ, int[] kvLen, Tensor cuQDevice, Tensor kvLenDevice) {
        SeqLens lens = of(cuQ, kvLen, cuQDevice, kvLenDevice);
        device.upload(MemorySegment.ofArray(cuQ), cuQDevice.slice(0, cuQ.length));
        device.upload(MemorySegment.ofArray(kvLen), kvLenDevice.slice(0, kvLen.length));
        return lens;
    }

    /**
     * Lengths that the caller puts onto the device itself.
     *
     * @throws IllegalArgumentException if lengths are not ascending, or a context is shorter than its query
     */
    public static SeqLens of(int[] cuQ, int[] kvLen, Tensor cuQDevice, Tensor kvLenDevice) {
        check(cuQ, kvLen);
        int maxQ = 0;
        for (int b = 0; b < kvLen.length; b++) {
            maxQ = Math.max(maxQ, cuQ[b + 1] - cuQ[b]);
        }
        return new SeqLens(
                cuQ,
                kvLen,
                cuQDevice,
                kvLenDevice,
                maxQ,
                Arrays.stream(kvLen).max().orElse(0));
    }

    private static void check(int[] cuQ, int[] kvLen) {
        if (cuQ.length != kvLen.length + 1 || cuQ[0] != 0) {
            throw new IllegalArgumentException("cuQ needs a leading 0 and one entry more than kvLen");
        }
        for (int b = 0; b < kvLen.length; b++) {
            int queries = cuQ[b + 1] - cuQ[b];
            if (queries < 0 || kvLen[b] < queries) {
                throw new IllegalArgumentException(
                        "sequence " + b + " has " + queries + " queries and a context of " + kvLen[b]);
            }
        }
    }
}
