package io.hearth.worker.bench;

/**
 * What a device could do at best while something was measured on it.
 *
 * @param flops floating point operations per second of a large matrix product
 * @param bytesPerSecond memory bandwidth
 */
record MachineLimits(double flops, double bytesPerSecond) {
    /** The better of each limit. */
    MachineLimits best(MachineLimits other) {
        return new MachineLimits(Math.max(flops, other.flops), Math.max(bytesPerSecond, other.bytesPerSecond));
    }
}
